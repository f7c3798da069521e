-- SPDX-License-Identifier: EUPL-1.2
-- table imported unit
-- rls imported unit_id
-- What an import of the unit's (`run`) made or changed, so that it can be taken back as a whole: the version that the entry got by it, and
-- what stood there before (`was`, `was_given`: its document and what its source gave; empty where there was no entry). `kind` is a table of
-- entries, `position` the order in which they are taken back. `state` is "in", "out" (taken back) or "left", for the reason in `why`:
-- "changed", "used" or "given" (to another unit).
CREATE TABLE imported (
  unit_id BIGINT NOT NULL,
  run TEXT NOT NULL,
  position BIGINT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL,
  was TEXT NOT NULL,
  was_given TEXT NOT NULL,
  state TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (unit_id, run, position, id)
);
CREATE INDEX imported_by_state ON imported (unit_id, run, state, position, id);
CREATE INDEX imported_by_entry ON imported (unit_id, id, position);
