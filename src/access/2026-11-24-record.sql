-- SPDX-License-Identifier: EUPL-1.2
-- table record access
-- table record_change access
-- table audit_subject access
-- rls record unit_id
-- rls record_change unit_id
-- rls audit_subject unit_id
-- grant record: select insert update
-- grant record_change: select insert delete
-- grant audit_subject: select insert
-- Everything about persons that has a key of its own. A row stays when the record is erased: it is the ledger by which a restored store erases
-- again what was erased since the backup.
CREATE TABLE record (
  unit_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  made_ms BIGINT NOT NULL,
  erased_ms BIGINT,
  PRIMARY KEY (unit_id, id)
);

-- What a field was before a change, sealed with the record's key whatever the field's own storage is.
CREATE TABLE record_change (
  unit_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  record TEXT NOT NULL,
  of_table TEXT NOT NULL,
  of_row TEXT NOT NULL,
  field TEXT NOT NULL,
  category BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  actor TEXT NOT NULL,
  version BIGINT NOT NULL,
  before BYTEA NOT NULL,
  PRIMARY KEY (unit_id, id)
);
CREATE INDEX record_change_by_record ON record_change (unit_id, record, at_ms);

-- Whose records an entry of the audit is about, and the categories that were opened; the entry itself says the same in `about`.
ALTER TABLE audit_entry ADD COLUMN about TEXT NOT NULL DEFAULT '';
CREATE TABLE audit_subject (
  unit_id BIGINT NOT NULL,
  subject TEXT NOT NULL,
  entry_id TEXT NOT NULL,
  PRIMARY KEY (unit_id, subject, entry_id)
);
