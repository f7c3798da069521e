-- SPDX-License-Identifier: EUPL-1.2
-- An invitation holds as long as whoever made it (an account, or "operator:…") may give its functions; those of which nobody knows who
-- made them hold no more.
ALTER TABLE invitation ADD COLUMN made_by TEXT NOT NULL DEFAULT '';
DELETE FROM invitation WHERE used_ms = 0;
