-- The record of keys, policies and money. Times are milliseconds since 1970 UTC, hashes SHA-256 in lower-case hex,
-- money is an integer of pico-dollars as TEXT: D1 binds no bigint and loses integers above 2^53.
-- Tables with a natural key and short rows have no rowid, because every index row is billed like a row.

-- Which policy is in force and how often the tenant's keys changed. The journal enforces both.
CREATE TABLE tenant (
  id TEXT PRIMARY KEY,
  policy_hash TEXT,
  key_epoch INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

-- Holds hashes of keys, never keys. `caller` is JSON of domain/caller.
CREATE TABLE "key" (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  caller TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  revoked_ms INTEGER,
  expires_ms INTEGER,
  -- The secret before the last rotation, accepted until then.
  previous_hash TEXT,
  previous_until_ms INTEGER,
  -- 1: the key comes from elsewhere and is found by its hash, not by an id in it.
  imported INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX key_by_secret ON "key" (secret_hash);
CREATE INDEX key_by_previous ON "key" (previous_hash) WHERE previous_hash IS NOT NULL;
CREATE INDEX key_by_tenant ON "key" (tenant, created_ms);

-- Policy bundles by content: `hash` is that of `bundle`.
CREATE TABLE release (
  hash TEXT PRIMARY KEY,
  bundle TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

-- When which release came into force where; append-only.
CREATE TABLE activation (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  hash TEXT NOT NULL REFERENCES release (hash),
  activated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX activation_by_tenant ON activation (tenant, activated_ms);

-- Every entry of every journal, as it was hashed. With a rowid: without one, SQLite keeps about 1 KB of a row in its
-- page and puts the rest of each body into a page of its own.
CREATE TABLE journal_entry (
  tenant TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq > 0),
  kind TEXT NOT NULL,
  decision TEXT NOT NULL,
  attempt TEXT,
  at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (tenant, seq)
) STRICT;
CREATE INDEX journal_entry_by_decision ON journal_entry (tenant, decision);

-- One row per entry that closes an attempt: debit the cost centre, credit the account at the destination.
-- Derived from journal_entry as src/ledger/postings.ts says, and by nothing else.
CREATE TABLE posting (
  tenant TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq > 0),
  entry_hash TEXT NOT NULL,
  reserve_seq INTEGER NOT NULL,
  decision TEXT NOT NULL,
  attempt TEXT NOT NULL,
  period TEXT NOT NULL,
  posted_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  outcome TEXT NOT NULL,
  team TEXT NOT NULL,
  app TEXT NOT NULL,
  key_id TEXT NOT NULL,
  cost_centre TEXT NOT NULL,
  purpose TEXT NOT NULL,
  surface TEXT NOT NULL,
  destination TEXT NOT NULL,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  legal_entity TEXT NOT NULL,
  model_requested TEXT NOT NULL,
  model TEXT NOT NULL,
  upstream_model TEXT NOT NULL,
  model_served TEXT,
  upstream_request_id TEXT,
  upstream_status INTEGER,
  service_tier TEXT,
  finish TEXT,
  form TEXT NOT NULL,
  level TEXT NOT NULL,
  policy_hash TEXT NOT NULL,
  price_version TEXT NOT NULL,
  -- Tokens, in disjoint meters (reasoning is a share of output); NULL where nobody reported any.
  input_tokens INTEGER,
  cached_input_tokens INTEGER,
  cache_write_5m_tokens INTEGER,
  cache_write_1h_tokens INTEGER,
  output_tokens INTEGER,
  reasoning_tokens INTEGER,
  usage_source TEXT NOT NULL,
  cost_pico TEXT NOT NULL CHECK (cost_pico = CAST(CAST(cost_pico AS INTEGER) AS TEXT)),
  PRIMARY KEY (tenant, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX posting_by_period ON posting (tenant, period, seq);

-- How far a tenant's entries are here without a gap and linked: the journal may forget rows up to it.
CREATE TABLE watermark (
  tenant TEXT PRIMARY KEY,
  through_seq INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- An alarm. Entries of this tenant from this sequence number on are not applied until a person has looked.
CREATE TABLE conflict (
  tenant TEXT NOT NULL,
  seq INTEGER NOT NULL,
  -- 'sequence': the same number with another hash; 'hash': not the hash of its body; 'link': not linked to the entry before.
  problem TEXT NOT NULL,
  hash TEXT NOT NULL,
  found_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, seq, hash)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER journal_entry_no_update BEFORE UPDATE ON journal_entry
BEGIN SELECT RAISE(ABORT, 'journal_entry is append-only'); END;
CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry
BEGIN SELECT RAISE(ABORT, 'journal_entry is append-only'); END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER journal_entry_no_replace BEFORE INSERT ON journal_entry
WHEN EXISTS (SELECT 1 FROM journal_entry WHERE tenant = NEW.tenant AND seq = NEW.seq)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting
BEGIN SELECT RAISE(ABORT, 'posting is append-only'); END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting
BEGIN SELECT RAISE(ABORT, 'posting is append-only'); END;
CREATE TRIGGER posting_no_replace BEFORE INSERT ON posting
WHEN EXISTS (SELECT 1 FROM posting WHERE tenant = NEW.tenant AND seq = NEW.seq)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER activation_no_update BEFORE UPDATE ON activation
BEGIN SELECT RAISE(ABORT, 'activation is append-only'); END;
CREATE TRIGGER activation_no_delete BEFORE DELETE ON activation
BEGIN SELECT RAISE(ABORT, 'activation is append-only'); END;
CREATE TRIGGER release_no_update BEFORE UPDATE ON release
BEGIN SELECT RAISE(ABORT, 'release is immutable'); END;
CREATE TRIGGER release_no_replace BEFORE INSERT ON release
WHEN EXISTS (SELECT 1 FROM release WHERE hash = NEW.hash)
BEGIN SELECT RAISE(IGNORE); END;
