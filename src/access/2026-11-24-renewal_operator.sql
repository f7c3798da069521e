-- SPDX-License-Identifier: EUPL-1.2
-- Who made the link on the machine itself ("operator:…"); then `made_by` is the account that it is for. Of no unit: unit_id is 0.
ALTER TABLE account_reset ADD COLUMN by_operator TEXT NOT NULL DEFAULT '';
