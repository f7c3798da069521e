-- SPDX-License-Identifier: EUPL-1.2
-- table organisation keeper
-- table location keeper
-- table location_secret unit
-- rls location_secret unit_id
-- table service keeper
-- table placed keeper
-- table term keeper
-- table service_text open
-- table offer open
-- What follows from entries (service_text, offer) is of no unit: an offer comes from entries that several may keep, and is
-- written anew by whoever changes one of them.
-- The directory (HSDS 3.1). `doc` is the entry as HSDS JSON; the other columns are what is searched, joined or listed by.
-- `given` is what the source last gave, where it is not `doc` itself: where we have corrected it. Otherwise it is empty.
CREATE TABLE organisation (
  id TEXT PRIMARY KEY,
  keeper_unit BIGINT NOT NULL,
  source TEXT NOT NULL,
  foreign_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  given TEXT NOT NULL,
  doc TEXT NOT NULL
);
CREATE UNIQUE INDEX organisation_by_source ON organisation (source, foreign_id);

CREATE TABLE location (
  id TEXT PRIMARY KEY,
  keeper_unit BIGINT NOT NULL,
  source TEXT NOT NULL,
  foreign_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  organisation_id TEXT,
  name TEXT NOT NULL,
  given TEXT NOT NULL,
  doc TEXT NOT NULL
);
CREATE UNIQUE INDEX location_by_source ON location (source, foreign_id);
CREATE INDEX location_by_organisation ON location (organisation_id);

-- What `location` does not hold of a confidential one: address and point are not there to be read by mistake. The unit that
-- keeps the location reads them here.
CREATE TABLE location_secret (
  unit_id BIGINT NOT NULL,
  id TEXT NOT NULL REFERENCES location (id),
  given TEXT NOT NULL,
  doc TEXT NOT NULL,
  PRIMARY KEY (unit_id, id)
);

CREATE TABLE service (
  id TEXT PRIMARY KEY,
  keeper_unit BIGINT NOT NULL,
  source TEXT NOT NULL,
  foreign_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  organisation_id TEXT NOT NULL REFERENCES organisation (id),
  status TEXT NOT NULL,
  name TEXT NOT NULL,
  sort_key TEXT NOT NULL,
  changed_ms BIGINT NOT NULL,
  given TEXT NOT NULL,
  doc TEXT NOT NULL
);
CREATE UNIQUE INDEX service_by_source ON service (source, foreign_id);
CREATE INDEX service_by_organisation ON service (organisation_id);
CREATE INDEX service_by_keeper ON service (keeper_unit, sort_key, id);

-- A service at one location.
CREATE TABLE placed (
  id TEXT PRIMARY KEY,
  keeper_unit BIGINT NOT NULL,
  source TEXT NOT NULL,
  foreign_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  service_id TEXT NOT NULL REFERENCES service (id),
  location_id TEXT NOT NULL REFERENCES location (id),
  given TEXT NOT NULL,
  doc TEXT NOT NULL
);
CREATE UNIQUE INDEX placed_by_source ON placed (source, foreign_id);
CREATE INDEX placed_by_service ON placed (service_id);
CREATE INDEX placed_by_location ON placed (location_id);

-- Terms of other people's taxonomies, kept as they came.
CREATE TABLE term (
  id TEXT PRIMARY KEY,
  keeper_unit BIGINT NOT NULL,
  source TEXT NOT NULL,
  foreign_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  given TEXT NOT NULL,
  doc TEXT NOT NULL
);
CREATE UNIQUE INDEX term_by_source ON term (source, foreign_id);

-- Title and first words of a service in one language: what a list of results shows.
CREATE TABLE service_text (
  service_id TEXT NOT NULL,
  language TEXT NOT NULL,
  keeper_unit BIGINT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (service_id, language)
);

-- What match/ searches: one row for each service at a place, or for a service without one. Derived in the same transaction as
-- its entry; `facts` and `words` are written by directory/offer.cc and read at start, 100,000 within a second.
CREATE TABLE offer (
  id TEXT PRIMARY KEY,
  keeper_unit BIGINT NOT NULL,
  service_id TEXT NOT NULL,
  organisation_id TEXT NOT NULL,
  location_id TEXT,
  facts TEXT NOT NULL,
  words TEXT NOT NULL,
  organisation_name TEXT NOT NULL,
  address TEXT NOT NULL,
  phone TEXT NOT NULL
);
CREATE INDEX offer_by_service ON offer (service_id);
CREATE INDEX offer_by_organisation ON offer (organisation_id);
CREATE INDEX offer_by_location ON offer (location_id);
-- Both: a unit may keep all offers there are, so that its number alone finds nothing.
CREATE INDEX offer_by_keeper ON offer (keeper_unit, service_id);
