-- SPDX-License-Identifier: EUPL-1.2
-- The entry of the audit by which a record ended. By it the ledger of ends goes out with the head that seals the entry.
ALTER TABLE record ADD COLUMN ended_by TEXT NOT NULL DEFAULT '';
CREATE INDEX record_by_end ON record (unit_id, ended_by) WHERE ended_by <> '';
