-- From draft to release, and back: what people write, what they sign, and every step that they take.

-- Work in progress. `revision` grows with every edit: whoever saves names the one that they edited. `proposal` is JSON of
-- policy/lifecycle-events' Proposal; `bundle` is the canonical text that would be in force, `hash` its SHA-256.
CREATE TABLE draft (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  base TEXT,
  hash TEXT NOT NULL,
  bundle TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX draft_by_time ON draft (tenant, created_ms);

-- The YAML that a bundle was written in, with its comments. It decides nothing: who uses it compiles it and compares the hash.
CREATE TABLE policy_source (
  hash TEXT NOT NULL,
  file TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (hash, file)
) STRICT;

-- Comparisons that approvers read and sign, by the hash of their text.
CREATE TABLE policy_diff (
  digest TEXT PRIMARY KEY,
  report TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

-- Every step: the record. `hash` is SHA-256 of the hash before, a newline and `body`, canonical JSON of a LifecycleEvent.
-- A draft's state is what its events come to.
CREATE TABLE policy_event (
  tenant TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq > 0),
  event TEXT NOT NULL,
  draft TEXT,
  at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (tenant, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX policy_event_by_draft ON policy_event (tenant, draft, seq) WHERE draft IS NOT NULL;

-- Up to where the journal has these steps, too.
CREATE TABLE policy_event_mark (
  tenant TEXT PRIMARY KEY,
  through_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER policy_event_no_update BEFORE UPDATE ON policy_event
BEGIN SELECT RAISE(ABORT, 'policy_event is append-only'); END;
CREATE TRIGGER policy_event_no_delete BEFORE DELETE ON policy_event
BEGIN SELECT RAISE(ABORT, 'policy_event is append-only'); END;
-- A step that is not the next one fails with all that was to happen with it: somebody else was first.
CREATE TRIGGER policy_event_in_order BEFORE INSERT ON policy_event
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM policy_event WHERE tenant = NEW.tenant)
BEGIN SELECT RAISE(ABORT, 'policy_event: another step was first'); END;
CREATE TRIGGER policy_diff_no_update BEFORE UPDATE ON policy_diff
BEGIN SELECT RAISE(ABORT, 'policy_diff is immutable'); END;
CREATE TRIGGER policy_diff_no_delete BEFORE DELETE ON policy_diff
BEGIN SELECT RAISE(ABORT, 'policy_diff is immutable'); END;
