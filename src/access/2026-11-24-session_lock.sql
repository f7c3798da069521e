-- SPDX-License-Identifier: EUPL-1.2
-- table session_form access
-- Who was away for a quarter of an hour is locked out, not signed out: `locked` stays until she shows her password again.
ALTER TABLE session ADD COLUMN locked BIGINT NOT NULL DEFAULT 0;

-- What was sent by a locked session, so that it is not lost: path and fields, sealed with a key that only the session's secret gives. It
-- goes when it is shown again, and with the session.
CREATE TABLE session_form (
  hash TEXT NOT NULL,
  id TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (hash, id)
);
