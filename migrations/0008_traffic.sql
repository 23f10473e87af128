-- What policies saw of the traffic, without the traffic: each different request once, and how often it came.

-- A vector is canonical JSON of policy/traffic's AttributeVector, under the hash of that text.
CREATE TABLE traffic_vector (
  tenant TEXT NOT NULL,
  hash TEXT NOT NULL,
  vector TEXT NOT NULL,
  -- The last day on which it came: when it has been deleted, so can this be.
  last_day TEXT NOT NULL,
  PRIMARY KEY (tenant, hash)
) STRICT, WITHOUT ROWID;

-- Decisions of a day (UTC) by vector and outcome: 'sent:<destination>' (the first that was tried), 'refused:<code>', or, with the
-- vector '', 'skipped:<why>'. Can be rebuilt from journal_entry and posting.
CREATE TABLE traffic_day (
  tenant TEXT NOT NULL,
  day TEXT NOT NULL,
  vector TEXT NOT NULL,
  app TEXT NOT NULL,
  outcome TEXT NOT NULL,
  requests INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost_micro INTEGER NOT NULL,
  cost_rest INTEGER NOT NULL,
  PRIMARY KEY (tenant, day, vector, app, outcome)
) STRICT, WITHOUT ROWID;

-- Up to where a tenant's journal has been added up.
CREATE TABLE traffic_mark (
  tenant TEXT PRIMARY KEY,
  through_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Backtests over this traffic, by the hash of what they say; approvals sign it.
CREATE TABLE backtest (
  tenant TEXT NOT NULL,
  digest TEXT NOT NULL,
  base_hash TEXT NOT NULL,
  candidate_hash TEXT NOT NULL,
  report TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  PRIMARY KEY (tenant, digest)
) STRICT;

-- Times in which a candidate is evaluated on all traffic. One is open at most.
CREATE TABLE shadow (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  hash TEXT NOT NULL REFERENCES release (hash),
  set_by TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  until_ms INTEGER,
  -- Every entry up to here has been looked at.
  through_seq INTEGER NOT NULL,
  requests INTEGER NOT NULL DEFAULT 0,
  differing INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX shadow_open ON shadow (tenant) WHERE until_ms IS NULL;
CREATE INDEX shadow_by_tenant ON shadow (tenant, id);

-- What a candidate would have decided otherwise: the kind of difference, the rule it comes from, the route in force and the app.
CREATE TABLE shadow_difference (
  shadow INTEGER NOT NULL REFERENCES shadow (id),
  kind TEXT NOT NULL,
  rule TEXT NOT NULL,
  route TEXT NOT NULL,
  app TEXT NOT NULL,
  requests INTEGER NOT NULL,
  -- A few decisions, as JSON.
  examples TEXT NOT NULL,
  PRIMARY KEY (shadow, kind, rule, route, app)
) STRICT, WITHOUT ROWID;
