-- Who administers: tokens of automations, roles of people, and every call that any of them made.

-- Holds hashes of tokens, never tokens. `roles` and `apps` are JSON lists.
CREATE TABLE admin_token (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  roles TEXT NOT NULL,
  apps TEXT NOT NULL,
  -- The actor who made it: what it does counts as theirs where two people are asked for.
  created_by TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  revoked_ms INTEGER
) STRICT, WITHOUT ROWID;
-- A name is one automation. A revoked one may come back with a new secret.
CREATE UNIQUE INDEX admin_token_by_name ON admin_token (name) WHERE revoked_ms IS NULL;

-- An e-mail address, `group:<name>` or `access:<client id of a service token>`, and what they may be. No row: nothing.
CREATE TABLE admin_role (
  principal TEXT PRIMARY KEY,
  roles TEXT NOT NULL,
  apps TEXT NOT NULL,
  granted_by TEXT NOT NULL,
  granted_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Calls of the admin API, one chain for the installation: `hash` is SHA-256 of the hash before, a newline and `body`.
-- A change has two rows: `begin` is written before anything is done, `end` before it is answered. A read has one, `end`.
CREATE TABLE admin_event (
  seq INTEGER PRIMARY KEY CHECK (seq > 0),
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  -- Canonical JSON of access/admin-event: who, what, outcome; never a body and never a query.
  body TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX admin_event_by_actor ON admin_event (actor, seq);
CREATE INDEX admin_event_by_time ON admin_event (at_ms, seq);

-- Failed log-ins by where they came from (a keyed hash of the address), in windows of ten minutes.
CREATE TABLE admin_failure (
  window_ms INTEGER NOT NULL,
  source TEXT NOT NULL,
  failures INTEGER NOT NULL,
  PRIMARY KEY (window_ms, source)
) STRICT, WITHOUT ROWID;

-- Codes of the local login that have been used up.
CREATE TABLE admin_login (
  code_hash TEXT PRIMARY KEY,
  used_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row for each decision, for searching: derived from journal_entry and by nothing else, so it can be built again.
CREATE TABLE decision (
  tenant TEXT NOT NULL,
  -- Of the entry that opened it.
  seq INTEGER NOT NULL,
  decision TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  team TEXT NOT NULL,
  app TEXT NOT NULL,
  key_id TEXT NOT NULL,
  surface TEXT NOT NULL,
  -- What it was refused with; NULL for one that was sent.
  code TEXT,
  rule TEXT,
  level TEXT,
  policy_hash TEXT,
  -- Of the last attempt.
  destination TEXT,
  model TEXT,
  attempts INTEGER NOT NULL,
  outcome TEXT,
  upstream_status INTEGER,
  -- By time, so that a page is a range of the table itself: each further index is a row more that is written and billed.
  PRIMARY KEY (tenant, at_ms, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX decision_by_id ON decision (tenant, decision);
CREATE INDEX decision_by_app ON decision (tenant, app, at_ms);
CREATE INDEX decision_by_code ON decision (tenant, code, at_ms) WHERE code IS NOT NULL;

-- Guardrails (those in simulation, too) and waivers that took part, and the rule of a refusal.
CREATE TABLE decision_rule (
  tenant TEXT NOT NULL,
  rule TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (tenant, rule, at_ms, seq)
) STRICT, WITHOUT ROWID;

-- Up to where the journal is in `decision`.
CREATE TABLE decision_mark (
  tenant TEXT PRIMARY KEY,
  through_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER admin_event_no_update BEFORE UPDATE ON admin_event
BEGIN SELECT RAISE(ABORT, 'admin_event is append-only'); END;
CREATE TRIGGER admin_event_no_delete BEFORE DELETE ON admin_event
BEGIN SELECT RAISE(ABORT, 'admin_event is append-only'); END;
CREATE TRIGGER admin_event_no_replace BEFORE INSERT ON admin_event
WHEN EXISTS (SELECT 1 FROM admin_event WHERE seq = NEW.seq)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER admin_token_no_delete BEFORE DELETE ON admin_token
BEGIN SELECT RAISE(ABORT, 'a token is revoked, never deleted'); END;
