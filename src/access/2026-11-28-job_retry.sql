-- SPDX-License-Identifier: EUPL-1.2
-- A job that failed may be tried again by hand. `attempts` only grows, because with the holder it tells one holding from all others;
-- so what was begun before that does not count any more is kept beside it.
ALTER TABLE job ADD COLUMN forgiven BIGINT NOT NULL DEFAULT 0;
