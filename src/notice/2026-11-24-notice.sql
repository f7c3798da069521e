-- SPDX-License-Identifier: EUPL-1.2
-- table notice unit
-- rls notice unit_id
-- Mails that the program sends. Recipient, subject and body lie sealed in one column, which is emptied when there is nothing more to
-- be sent. `state`: waiting; sent, refused (by the server, for good), undelivered (after three days and ten tries, or it did not open).
CREATE TABLE notice (
  unit_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  made_ms BIGINT NOT NULL,
  sealed BYTEA,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  sent_ms BIGINT,
  last_code TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (unit_id, id)
);
CREATE INDEX notice_by_time ON notice (unit_id, made_ms);
