-- SPDX-License-Identifier: EUPL-1.2
-- table account_reset access
-- A link with which a colleague sets a new password, a new second factor ("factor") or both; kept on, for its owner to see that it
-- happened. Only the hash of its secret is kept.
CREATE TABLE account_reset (
  id TEXT PRIMARY KEY,
  secret_hash TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES account (id),
  unit_id BIGINT NOT NULL,
  what TEXT NOT NULL,
  made_by TEXT NOT NULL REFERENCES account (id),
  made_ms BIGINT NOT NULL,
  until_ms BIGINT NOT NULL,
  used_ms BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX account_reset_by_account ON account_reset (account_id);

-- For the list of one's own sign-ins: a name that is no secret, and the kind of browser and device, no more.
ALTER TABLE session ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';
