-- SPDX-License-Identifier: EUPL-1.2
-- Counts how often the password or the second factor of an account was made new. Sign-ins, half and whole, carry the number they were
-- begun with: with another they hold nothing, however the two crossed.
ALTER TABLE account ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE half_session ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
