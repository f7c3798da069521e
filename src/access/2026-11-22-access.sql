-- SPDX-License-Identifier: EUPL-1.2
-- table account access
-- table membership access
-- table session access
-- table audit_entry access
-- grant audit_entry: select insert
-- rls audit_entry unit_id
-- An account belongs to the installation. The e-mail address itself is not kept, only its hash, by which it is found.
CREATE TABLE account (
  id TEXT PRIMARY KEY,
  email_hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  language TEXT NOT NULL,
  active BIGINT NOT NULL,
  failures BIGINT NOT NULL DEFAULT 0,
  blocked_until_ms BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE membership (
  unit_id BIGINT NOT NULL,
  account_id TEXT NOT NULL REFERENCES account (id),
  acting_as TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT,
  PRIMARY KEY (unit_id, account_id, acting_as)
);
CREATE INDEX membership_by_account ON membership (account_id);

-- Only the hash of a session's secret is kept: who reads this table cannot act as anybody.
CREATE TABLE session (
  hash TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  unit_id BIGINT NOT NULL,
  acting_as TEXT NOT NULL,
  started_ms BIGINT NOT NULL,
  last_seen_ms BIGINT NOT NULL
);
CREATE INDEX session_by_account ON session (account_id);

CREATE TABLE audit_entry (
  unit_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  actor TEXT NOT NULL,
  acting_as TEXT NOT NULL,
  purpose BIGINT NOT NULL,
  asked TEXT NOT NULL,
  what TEXT NOT NULL,
  object TEXT NOT NULL,
  decision TEXT NOT NULL,
  rule TEXT NOT NULL,
  PRIMARY KEY (unit_id, id)
);
