-- SPDX-License-Identifier: EUPL-1.2
-- table file record
-- table file_piece record
-- grant file: select insert delete
-- grant file_piece: select insert delete
-- rls file unit_id
-- rls file_piece unit_id
-- Files of records about persons, sealed with their record's key and gone with it. `kind` is what it is of in the access matrix; name, type and
-- size lie sealed in `facts`.
CREATE TABLE file (
  unit_id BIGINT NOT NULL,
  record TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  made_ms BIGINT NOT NULL,
  facts BYTEA NOT NULL,
  PRIMARY KEY (unit_id, record, id)
);

-- Counted from 0; each is sealed by itself, so that no more than one is open at a time.
CREATE TABLE file_piece (
  unit_id BIGINT NOT NULL,
  record TEXT NOT NULL,
  file TEXT NOT NULL,
  number BIGINT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (unit_id, record, file, number)
);
