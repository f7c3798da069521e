-- SPDX-License-Identifier: EUPL-1.2
-- table account_factor access
-- table recovery_code access
-- table half_session access
-- The second factor: the secret of a clock in somebody's telephone (RFC 6238), sealed; `pending` is one that was shown and not yet
-- confirmed. `used_step` is the last half minute whose code was used: none is taken twice.
CREATE TABLE account_factor (
  account_id TEXT PRIMARY KEY REFERENCES account (id),
  sealed BYTEA,
  used_step BIGINT NOT NULL DEFAULT 0,
  pending BYTEA,
  pending_ms BIGINT NOT NULL DEFAULT 0
);

-- Codes on paper for a lost telephone, each for once; `number` is the code's keyed hash.
CREATE TABLE recovery_code (
  account_id TEXT NOT NULL REFERENCES account (id),
  number BIGINT NOT NULL,
  PRIMARY KEY (account_id, number)
);

-- Somebody who has shown her password and is not in yet. `hash` as in `session`.
CREATE TABLE half_session (
  hash TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  proved BIGINT NOT NULL,
  until_ms BIGINT NOT NULL
);
CREATE INDEX half_session_by_account ON half_session (account_id);

-- Accounts of the invented town need no second factor; that counts only in a store that is marked a sample.
ALTER TABLE account ADD COLUMN sample BIGINT NOT NULL DEFAULT 0;
-- Whoever was signed in before shows her second factor from now on.
DELETE FROM session;
ALTER TABLE session ADD COLUMN second_factor BIGINT NOT NULL DEFAULT 0;
