-- SPDX-License-Identifier: EUPL-1.2
-- table confirmation keeper
-- visitor confirmation service_id
-- Somebody has said that a service is right as it stands; the last time of it. `day` is YYYY-MM-DD; `by_whom` is "unit" or "provider".
-- Beside the entry and not in it, so that a confirmation is no correction of what a source gives.
CREATE TABLE confirmation (
  service_id TEXT PRIMARY KEY REFERENCES service (id),
  keeper_unit BIGINT NOT NULL,
  day TEXT NOT NULL,
  by_whom TEXT NOT NULL
);
