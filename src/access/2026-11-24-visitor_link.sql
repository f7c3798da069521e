-- SPDX-License-Identifier: EUPL-1.2
-- table visitor_link access
-- rls visitor_link unit_id
-- grant visitor_link: select insert update delete
-- What somebody without an account holds: for one unit, one thing (`object`, an id) and one purpose (a constant of the program), for a
-- time and once. `asked` is the name of the right. The secret is in the link alone; here is its hash.
CREATE TABLE visitor_link (
  unit_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  object TEXT NOT NULL,
  purpose TEXT NOT NULL,
  asked TEXT NOT NULL,
  until_ms BIGINT NOT NULL,
  used_ms BIGINT NOT NULL DEFAULT 0,
  withdrawn_ms BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (unit_id, id)
);
CREATE INDEX visitor_link_by_object ON visitor_link (unit_id, object, purpose);
