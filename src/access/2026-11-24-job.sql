-- SPDX-License-Identifier: EUPL-1.2
-- table job access
-- What is to be done later, by whichever process comes first. No names and no texts: `kind` and `last_error` are constants of the
-- program, `subject` is an id. `id` follows from unit, kind, subject and the key by which a job is asked for twice and made once.
-- Without row-level security, as sessions are: whoever looks for work does not know the unit yet. Unit 0 is the installation.
CREATE TABLE job (
  unit_id BIGINT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  not_before_ms BIGINT NOT NULL,
  lease_until_ms BIGINT NOT NULL DEFAULT 0,
  lease_by TEXT NOT NULL DEFAULT '',
  progress BIGINT NOT NULL DEFAULT 0,
  total BIGINT NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  made_ms BIGINT NOT NULL,
  ended_ms BIGINT,
  cancel BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (unit_id, id)
);
CREATE INDEX job_open ON job (kind, not_before_ms) WHERE ended_ms IS NULL;
CREATE INDEX job_ended ON job (ended_ms) WHERE ended_ms IS NOT NULL;
