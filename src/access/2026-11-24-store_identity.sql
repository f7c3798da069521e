-- SPDX-License-Identifier: EUPL-1.2
-- table store_identity access
-- grant store_identity: select insert
-- Which store this is: the same random name as in the store of its keys, so that one is never used with the other's, or with an empty one.
CREATE TABLE store_identity (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL
);
