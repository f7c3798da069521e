-- SPDX-License-Identifier: EUPL-1.2
-- table suggestion unit
-- rls suggestion unit_id
-- visitor suggestion service_id
-- letter_box suggestion
-- table suggested unit
-- rls suggested unit_id
-- visitor suggested service_id
-- letter_box suggested
-- What somebody says is wrong in an entry, for the unit that keeps it. `note` and `contact` are sealed; `contact` goes when the note is
-- closed, and after 90 days at the latest. `origin` is "reader" or "provider"; `version` that of the service then; `state` "open" or "closed".
CREATE TABLE suggestion (
  unit_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  service_id TEXT NOT NULL REFERENCES service (id),
  made_ms BIGINT NOT NULL,
  origin TEXT NOT NULL,
  language TEXT NOT NULL,
  version BIGINT NOT NULL,
  note BYTEA NOT NULL,
  contact BYTEA,
  state TEXT NOT NULL,
  closed_ms BIGINT,
  reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (unit_id, id)
);
CREATE INDEX suggestion_by_time ON suggestion (unit_id, state, made_ms);

-- One detail of it: what it should say (`proposed`). `state` is "open", "taken" or "declined".
CREATE TABLE suggested (
  unit_id BIGINT NOT NULL,
  suggestion_id TEXT NOT NULL,
  service_id TEXT NOT NULL,
  fact TEXT NOT NULL,
  proposed TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (unit_id, suggestion_id, fact)
);
