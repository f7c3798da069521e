-- SPDX-License-Identifier: EUPL-1.2
-- The secret of a new telephone, sealed, belongs to the one sign-in in which it was shown; `may_set_up`: this half sign-in began with an
-- invitation or with a link that somebody handed over, not with a password alone.
ALTER TABLE half_session ADD COLUMN may_set_up BIGINT NOT NULL DEFAULT 0;
ALTER TABLE half_session ADD COLUMN offered BYTEA;
ALTER TABLE session ADD COLUMN offered BYTEA;
ALTER TABLE session ADD COLUMN offered_ms BIGINT NOT NULL DEFAULT 0;
DELETE FROM account_factor WHERE sealed IS NULL;
ALTER TABLE account_factor DROP COLUMN pending;
ALTER TABLE account_factor DROP COLUMN pending_ms;
-- When a telephone took the place of another, for its owner to see; 0: never.
ALTER TABLE account_factor ADD COLUMN replaced_ms BIGINT NOT NULL DEFAULT 0;
