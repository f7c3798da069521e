-- SPDX-License-Identifier: EUPL-1.2
-- table invitation access
-- Somebody may join a unit, with these functions (joined by ','); handed over as a link whose secret is kept as its hash alone. As with
-- accounts, the e-mail address is not kept, only its hash.
CREATE TABLE invitation (
  id TEXT PRIMARY KEY,
  secret_hash TEXT NOT NULL,
  unit_id BIGINT NOT NULL,
  email_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  functions TEXT NOT NULL,
  until_ms BIGINT NOT NULL,
  used_ms BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX invitation_by_unit ON invitation (unit_id);
