-- What finance reads. Everything called rollup_ follows from the postings and can be built again from them.

-- What postings of one kind have in common: the dimensions of all reports, each combination once.
CREATE TABLE rollup_group (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  cost_centre TEXT NOT NULL,
  team TEXT NOT NULL,
  app TEXT NOT NULL,
  key_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  destination TEXT NOT NULL,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  legal_entity TEXT NOT NULL,
  model TEXT NOT NULL,
  upstream_model TEXT NOT NULL,
  level TEXT NOT NULL,
  form TEXT NOT NULL,
  kind TEXT NOT NULL,
  outcome TEXT NOT NULL,
  usage_source TEXT NOT NULL,
  price_version TEXT NOT NULL,
  policy_hash TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX rollup_group_by_dimensions ON rollup_group (tenant, cost_centre, team, app, key_id, purpose, destination,
  account, region, legal_entity, model, upstream_model, level, form, kind, outcome, usage_source, price_version, policy_hash);

-- Sums of a day (UTC). Cost in two halves, cost_micro * 10^6 + cost_rest pico-dollars: a sum of either stays below 2^63.
CREATE TABLE rollup_day (
  tenant TEXT NOT NULL,
  period TEXT NOT NULL,
  day TEXT NOT NULL,
  group_id INTEGER NOT NULL REFERENCES rollup_group (id),
  -- Which tier of the price the requests fell into, from 0.
  band INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  -- Attempts that were answered or accrued, reversals taken off: what a unit cost divides by.
  requests INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  cached_input_tokens INTEGER NOT NULL,
  cache_write_5m_tokens INTEGER NOT NULL,
  cache_write_1h_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_micro INTEGER NOT NULL,
  cost_rest INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  PRIMARY KEY (tenant, period, day, group_id, band)
) STRICT, WITHOUT ROWID;

-- How often an attempt cost how much, in buckets that grow by 5 %: bucket b holds costs up to 1.05^b pico-dollars.
CREATE TABLE rollup_cost (
  tenant TEXT NOT NULL,
  period TEXT NOT NULL,
  app TEXT NOT NULL,
  destination TEXT NOT NULL,
  model TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  PRIMARY KEY (tenant, period, app, destination, model, bucket)
) STRICT, WITHOUT ROWID;

-- What was chosen and what the policy had removed before: the price of privacy.
CREATE TABLE rollup_choice (
  tenant TEXT NOT NULL,
  period TEXT NOT NULL,
  day TEXT NOT NULL,
  app TEXT NOT NULL,
  -- JSON: the receipt's removals, and the model that was asked for.
  removed TEXT NOT NULL,
  requested TEXT NOT NULL,
  destination TEXT NOT NULL,
  model TEXT NOT NULL,
  requests INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  cached_input_tokens INTEGER NOT NULL,
  cache_write_5m_tokens INTEGER NOT NULL,
  cache_write_1h_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost_micro INTEGER NOT NULL,
  cost_rest INTEGER NOT NULL,
  PRIMARY KEY (tenant, period, day, app, removed, requested, destination, model)
) STRICT, WITHOUT ROWID;

-- How far each roll-up has come.
CREATE TABLE rollup_mark (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL CHECK (name IN ('day', 'choice')),
  through_seq INTEGER NOT NULL,
  PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

-- Prices by version, as the releases held them: what an entry's price_version means.
CREATE TABLE price_line (
  version TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE price_source (release TEXT PRIMARY KEY REFERENCES release (hash)) STRICT, WITHOUT ROWID;

-- policies/finance.yaml as it was put in force; the newest counts.
CREATE TABLE finance_book (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  hash TEXT NOT NULL,
  body TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX finance_book_by_tenant ON finance_book (tenant, id);

-- The state of a month. No row: open.
CREATE TABLE period (
  tenant TEXT NOT NULL,
  period TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'soft-closed', 'closed')),
  -- SHA-256 of the statement, when closed.
  digest TEXT,
  PRIMARY KEY (tenant, period)
) STRICT, WITHOUT ROWID;

-- Every change of it, with who wanted it and why; append-only.
CREATE TABLE period_event (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  period TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  digest TEXT,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX period_event_by_period ON period_event (tenant, period, id);

-- Statements of closed months: canonical JSON, under its hash.
CREATE TABLE statement (
  tenant TEXT NOT NULL,
  digest TEXT NOT NULL,
  period TEXT NOT NULL,
  body TEXT NOT NULL,
  signature TEXT,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, digest)
) STRICT;

-- One import of an invoice or usage report, and what came of comparing it.
CREATE TABLE recon_run (
  id TEXT NOT NULL,
  tenant TEXT NOT NULL,
  format TEXT NOT NULL,
  destination TEXT NOT NULL,
  file_hash TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE recon_line (
  tenant TEXT NOT NULL,
  run TEXT NOT NULL,
  line INTEGER NOT NULL,
  -- JSON of ledger/reconcile's Variance.
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, run, line)
) STRICT;

-- A closed month takes no postings. What comes late is booked in the open month, as a correction.
CREATE TRIGGER posting_period_closed BEFORE INSERT ON posting
WHEN EXISTS (SELECT 1 FROM period WHERE tenant = NEW.tenant AND period = NEW.period AND state = 'closed')
  AND NOT EXISTS (SELECT 1 FROM posting WHERE tenant = NEW.tenant AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the period is closed'); END;

CREATE TRIGGER period_event_no_update BEFORE UPDATE ON period_event
BEGIN SELECT RAISE(ABORT, 'period_event is append-only'); END;
CREATE TRIGGER period_event_no_delete BEFORE DELETE ON period_event
BEGIN SELECT RAISE(ABORT, 'period_event is append-only'); END;
CREATE TRIGGER period_no_delete BEFORE DELETE ON period
BEGIN SELECT RAISE(ABORT, 'a period is reopened, never deleted'); END;
CREATE TRIGGER statement_no_update BEFORE UPDATE ON statement
BEGIN SELECT RAISE(ABORT, 'statement is immutable'); END;
CREATE TRIGGER statement_no_delete BEFORE DELETE ON statement
BEGIN SELECT RAISE(ABORT, 'statement is immutable'); END;
CREATE TRIGGER finance_book_no_update BEFORE UPDATE ON finance_book
BEGIN SELECT RAISE(ABORT, 'finance_book is append-only'); END;
CREATE TRIGGER finance_book_no_delete BEFORE DELETE ON finance_book
BEGIN SELECT RAISE(ABORT, 'finance_book is append-only'); END;
CREATE TRIGGER recon_run_no_update BEFORE UPDATE ON recon_run
BEGIN SELECT RAISE(ABORT, 'recon_run is append-only'); END;
CREATE TRIGGER recon_line_no_update BEFORE UPDATE ON recon_line
BEGIN SELECT RAISE(ABORT, 'recon_line is append-only'); END;
CREATE TRIGGER recon_line_no_delete BEFORE DELETE ON recon_line
BEGIN SELECT RAISE(ABORT, 'recon_line is append-only'); END;
