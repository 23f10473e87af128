-- How long records are kept, what must not be deleted, and the keys of what may have to be.

-- Keys by subject, app and day, wrapped by the secret RECORD_KEY. `subject` is a keyed hash of the name; '' for values that are
-- recorded with no subject. Destroying a key erases what it encrypts, everywhere, and changes no entry.
CREATE TABLE subject_key (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  subject TEXT NOT NULL,
  app TEXT NOT NULL,
  day TEXT NOT NULL,
  wrapped TEXT,
  created_ms INTEGER NOT NULL,
  destroyed_ms INTEGER,
  PRIMARY KEY (tenant, id),
  CHECK ((wrapped IS NULL) = (destroyed_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX subject_key_live ON subject_key (tenant, subject, app, day) WHERE wrapped IS NOT NULL;
CREATE INDEX subject_key_by_day ON subject_key (tenant, day) WHERE wrapped IS NOT NULL;

CREATE TABLE legal_hold (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  -- NULL: of every app.
  app TEXT,
  -- Days in UTC, both included; NULL: without end.
  from_day TEXT,
  to_day TEXT,
  reason TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_ms INTEGER NOT NULL,
  released_by TEXT,
  released_ms INTEGER,
  released_because TEXT
) STRICT;
CREATE INDEX legal_hold_open ON legal_hold (tenant) WHERE released_ms IS NULL;

-- Everything that was done about retention: 'set' (detail: the policy), 'hold', 'release', 'erase', 'nightly'. Names no subject.
CREATE TABLE retention_event (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('set', 'hold', 'release', 'erase', 'nightly')),
  at_ms INTEGER NOT NULL,
  by TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX retention_event_by_kind ON retention_event (tenant, kind, id);

CREATE TRIGGER subject_key_no_delete BEFORE DELETE ON subject_key
BEGIN SELECT RAISE(ABORT, 'a key is destroyed, and the record of that stays'); END;
CREATE TRIGGER subject_key_no_return BEFORE UPDATE ON subject_key
WHEN OLD.wrapped IS NULL OR NEW.wrapped IS NOT NULL OR NEW.subject <> OLD.subject OR NEW.day <> OLD.day OR NEW.app <> OLD.app
BEGIN SELECT RAISE(ABORT, 'a key can only be destroyed'); END;
CREATE TRIGGER legal_hold_no_delete BEFORE DELETE ON legal_hold
BEGIN SELECT RAISE(ABORT, 'a hold is released, never deleted'); END;
CREATE TRIGGER retention_event_no_update BEFORE UPDATE ON retention_event
BEGIN SELECT RAISE(ABORT, 'retention_event is append-only'); END;
CREATE TRIGGER retention_event_no_delete BEFORE DELETE ON retention_event
BEGIN SELECT RAISE(ABORT, 'retention_event is append-only'); END;
