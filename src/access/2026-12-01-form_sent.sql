-- SPDX-License-Identifier: EUPL-1.2
-- table form_sent access
-- Forms whose change was committed: what is sent a second time is not done again. `key` is a hash of the form's own number, of what was
-- typed and of the secret of whoever sent it, and tells nothing of either. Rows go after two days.
CREATE TABLE form_sent (
  key TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);
CREATE INDEX form_sent_by_time ON form_sent (at);
