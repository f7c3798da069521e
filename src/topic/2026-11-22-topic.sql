-- SPDX-License-Identifier: EUPL-1.2
-- table topic open
-- What people look for. `doc` holds names and synonyms in all languages; `number` is given once and never used again.
CREATE TABLE topic (
  key TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  parent TEXT,
  sensitive BIGINT NOT NULL,
  doc TEXT NOT NULL
);
