-- SPDX-License-Identifier: EUPL-1.2
-- table legal_notice keeper
-- table barrier_report unit
-- grant legal_notice: select insert
-- rls barrier_report unit_id
-- What a unit has to tell the public about itself (legal::Duties as JSON). Each change is a row of its own: the highest version holds, and
-- what was said before can be shown.
CREATE TABLE legal_notice (
  keeper_unit BIGINT NOT NULL,
  version BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  doc TEXT NOT NULL,
  PRIMARY KEY (keeper_unit, version)
);

-- What somebody without an account has said about a barrier, with a way to answer if given: JSON, sealed as one. Goes when it is answered,
-- after half a year at the latest.
CREATE TABLE barrier_report (
  unit_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (unit_id, id)
);
CREATE INDEX barrier_report_by_time ON barrier_report (unit_id, at_ms);
