-- SPDX-License-Identifier: EUPL-1.2
-- The account of the second person who agreed to functions that one alone does not give; empty: nobody yet.
ALTER TABLE invitation ADD COLUMN approved_by TEXT NOT NULL DEFAULT '';
