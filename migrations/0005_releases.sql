-- What an activation changed against the one before: loosened, tightened, same-meaning, or first; and what people were told.
ALTER TABLE activation ADD COLUMN change TEXT NOT NULL DEFAULT 'unknown';

-- Warnings that have been sent, so that each is sent once.
CREATE TABLE told (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  told_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;
