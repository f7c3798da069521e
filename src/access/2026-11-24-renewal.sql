-- SPDX-License-Identifier: EUPL-1.2
-- A link that was withdrawn, or that another one took the place of, is kept as the others are, for its owner to see.
ALTER TABLE account_reset ADD COLUMN voided_ms BIGINT NOT NULL DEFAULT 0;
-- Until when its owner has read what happened to her account.
ALTER TABLE account ADD COLUMN notes_seen_ms BIGINT NOT NULL DEFAULT 0;
