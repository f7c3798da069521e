-- SPDX-License-Identifier: EUPL-1.2
-- table audit_leaf access
-- table audit_head access
-- table audit_lease access
-- table audit_given access
-- grant audit_leaf: select insert
-- grant audit_head: select insert
-- grant audit_lease: select insert update
-- grant audit_given: select insert update
-- rls audit_leaf unit_id
-- rls audit_head unit_id
-- rls audit_given unit_id
-- The place of each entry in the tree of its unit: numbers from 0 without gap, and the hash of the entry as it was then.
CREATE TABLE audit_leaf (
  unit_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  entry_id TEXT NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (unit_id, number)
);
CREATE UNIQUE INDEX audit_leaf_by_entry ON audit_leaf (unit_id, entry_id);

-- A signed head stands for the first `size` leaves; `previous` is the size of the head before, 0 for the first.
CREATE TABLE audit_head (
  unit_id BIGINT NOT NULL,
  size BIGINT NOT NULL,
  previous BIGINT NOT NULL,
  root BYTEA NOT NULL,
  at_ms BIGINT NOT NULL,
  signature BYTEA NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (unit_id, size)
);

-- Who seals a unit now. It spares others the work; that heads follow one another does not hang on it.
CREATE TABLE audit_lease (
  unit_id BIGINT PRIMARY KEY,
  holder TEXT NOT NULL,
  until_ms BIGINT NOT NULL
);

-- Heads up to `size` were given to this second party.
CREATE TABLE audit_given (
  unit_id BIGINT NOT NULL,
  sink TEXT NOT NULL,
  size BIGINT NOT NULL,
  PRIMARY KEY (unit_id, sink)
);

-- What is not sealed yet lies at the end of it.
CREATE INDEX audit_entry_by_time ON audit_entry (unit_id, at_ms, id);
