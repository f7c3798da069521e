-- SPDX-License-Identifier: EUPL-1.2
-- table question unit
-- rls question unit_id
-- When those who run an offer were last asked by mail whether its entry is still right, and reminded of it.
CREATE TABLE question (
  unit_id BIGINT NOT NULL,
  service_id TEXT NOT NULL REFERENCES service (id),
  asked_ms BIGINT NOT NULL,
  reminded_ms BIGINT,
  PRIMARY KEY (unit_id, service_id)
);
