-- SPDX-License-Identifier: EUPL-1.2
-- table import_run unit
-- rls import_run unit_id
-- table import_file unit
-- rls import_file unit_id
-- table import_report unit
-- rls import_report unit_id
-- table import_mapping unit
-- rls import_mapping unit_id
-- Imports of a unit by its pages. `state` is as in interchange/run.h; `turn` counts the jobs that were asked for it; `mapping` is a mapping file
-- (TOML); `result` is JSON of what was found out so far. An import goes 90 days after its last change, with what could be taken back of it.
CREATE TABLE import_run (
  unit_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  made_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  account TEXT NOT NULL,
  acting_as TEXT NOT NULL,
  file TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  state TEXT NOT NULL,
  turn BIGINT NOT NULL,
  source TEXT NOT NULL,
  mapping TEXT NOT NULL,
  result TEXT NOT NULL,
  PRIMARY KEY (unit_id, id)
);
CREATE INDEX import_run_by_time ON import_run (unit_id, made_ms);
-- One at a time in a unit.
CREATE UNIQUE INDEX import_run_at_work ON import_run (unit_id) WHERE state IN ('importing', 'undoing');

-- The file that was sent, in pieces; gone when the import has ended or was cancelled, and a day after it came.
CREATE TABLE import_file (
  unit_id BIGINT NOT NULL,
  run_id TEXT NOT NULL,
  piece BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (unit_id, run_id, piece)
);

-- What was not taken as it stood, as JSON.
CREATE TABLE import_report (
  unit_id BIGINT NOT NULL,
  run_id TEXT NOT NULL,
  findings TEXT NOT NULL,
  PRIMARY KEY (unit_id, run_id)
);

-- The mapping that a unit last imported a source with.
CREATE TABLE import_mapping (
  unit_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  mapping TEXT NOT NULL,
  changed_ms BIGINT NOT NULL,
  PRIMARY KEY (unit_id, name)
);
