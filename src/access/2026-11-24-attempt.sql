-- SPDX-License-Identifier: EUPL-1.2
-- table attempt access
-- Wrong attempts, of addresses that have an account and of those that have none alike: `key` is "password:" and the hash of the
-- address, or "factor:" or "own:" and the account. Rows go after a day, and the oldest when there are very many.
CREATE TABLE attempt (
  key TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  blocked_until_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL
);
CREATE INDEX attempt_by_time ON attempt (last_ms);
ALTER TABLE account DROP COLUMN failures;
ALTER TABLE account DROP COLUMN blocked_until_ms;
