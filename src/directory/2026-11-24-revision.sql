-- SPDX-License-Identifier: EUPL-1.2
-- table revision unit
-- grant revision: select insert delete
-- rls revision unit_id
-- What a change made of a service, for the unit that keeps it; goes after two years. `version` is the one the service got by it. `was` and
-- `became` are JSON objects of the details that changed (null: there was none), by the names that directory/history.h tells. `way` is
-- "correction", "note", "undo" (of the change `undone`) or "import" (from `source`). `account` is an account's id, or that of an operator.
CREATE TABLE revision (
  unit_id BIGINT NOT NULL,
  service_id TEXT NOT NULL REFERENCES service (id),
  version BIGINT NOT NULL,
  made_ms BIGINT NOT NULL,
  way TEXT NOT NULL,
  source TEXT NOT NULL,
  undone BIGINT NOT NULL,
  account TEXT NOT NULL,
  acting_as TEXT NOT NULL,
  was TEXT NOT NULL,
  became TEXT NOT NULL,
  PRIMARY KEY (unit_id, service_id, version)
);
CREATE INDEX revision_by_time ON revision (unit_id, made_ms);
