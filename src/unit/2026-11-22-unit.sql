-- SPDX-License-Identifier: EUPL-1.2
-- table installation open
-- table region open
-- table unit keeper
-- table unit_region keeper
-- table unit_contact keeper
-- table place open
-- What the installation knows about itself: whether it is a sample, for good; which keys stand once.
CREATE TABLE installation (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE region (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  doc TEXT NOT NULL
);

-- A unit decides about its own data: a controller. Its number is given by the installation.
CREATE TABLE unit (
  unit_id BIGINT PRIMARY KEY,
  keeper_unit BIGINT NOT NULL,
  organisation_id TEXT,
  kind TEXT NOT NULL,
  legal_regime TEXT NOT NULL,
  name TEXT NOT NULL,
  opening_hours TEXT NOT NULL
);

CREATE TABLE unit_region (
  keeper_unit BIGINT NOT NULL,
  region_id TEXT NOT NULL,
  PRIMARY KEY (keeper_unit, region_id)
);

-- Named contacts, one click away from whatever is being looked at.
CREATE TABLE unit_contact (
  keeper_unit BIGINT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  matter TEXT NOT NULL,
  phone TEXT NOT NULL,
  languages TEXT NOT NULL,
  PRIMARY KEY (keeper_unit, id)
);

-- Postcodes and names of places with their middle; `folded` is the search key.
CREATE TABLE place (
  postcode TEXT NOT NULL,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  lat_e6 BIGINT NOT NULL,
  lon_e6 BIGINT NOT NULL,
  PRIMARY KEY (postcode, name)
);
CREATE INDEX place_by_folded ON place (folded);
