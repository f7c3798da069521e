-- SPDX-License-Identifier: EUPL-1.2
-- A unit keeps its opening hours and contacts itself: `version` tells two editors apart, `position` keeps the order in which
-- they were written. `opening_hours` is JSON (unit::Hours); empty means that nobody has said anything yet.
ALTER TABLE unit ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE unit_contact ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE unit_contact ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
