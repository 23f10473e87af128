-- Narrower roll-ups beside rollup_day, so that what people look at often reads thousands of rows and not hundreds of thousands.

-- Sums of a month by group: every breakdown that does not need days.
CREATE TABLE rollup_month (
  tenant TEXT NOT NULL,
  period TEXT NOT NULL,
  group_id INTEGER NOT NULL REFERENCES rollup_group (id),
  attempts INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  cached_input_tokens INTEGER NOT NULL,
  cache_write_5m_tokens INTEGER NOT NULL,
  cache_write_1h_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_micro INTEGER NOT NULL,
  cost_rest INTEGER NOT NULL,
  PRIMARY KEY (tenant, period, group_id)
) STRICT, WITHOUT ROWID;

-- Sums of a day by who spent: budgets, cost centres, anomalies.
CREATE TABLE rollup_owner (
  tenant TEXT NOT NULL,
  period TEXT NOT NULL,
  day TEXT NOT NULL,
  cost_centre TEXT NOT NULL,
  team TEXT NOT NULL,
  app TEXT NOT NULL,
  key_id TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  cached_input_tokens INTEGER NOT NULL,
  cache_write_5m_tokens INTEGER NOT NULL,
  cache_write_1h_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_micro INTEGER NOT NULL,
  cost_rest INTEGER NOT NULL,
  PRIMARY KEY (tenant, period, day, cost_centre, team, app, key_id)
) STRICT, WITHOUT ROWID;

-- What had been rolled up before these tables existed.
INSERT INTO rollup_month
SELECT tenant, period, group_id, SUM(attempts), SUM(requests), SUM(input_tokens), SUM(cached_input_tokens),
  SUM(cache_write_5m_tokens), SUM(cache_write_1h_tokens), SUM(output_tokens), SUM(reasoning_tokens), SUM(cost_micro), SUM(cost_rest)
FROM rollup_day GROUP BY tenant, period, group_id;
INSERT INTO rollup_owner
SELECT r.tenant, r.period, r.day, g.cost_centre, g.team, g.app, g.key_id, SUM(attempts), SUM(requests), SUM(input_tokens),
  SUM(cached_input_tokens), SUM(cache_write_5m_tokens), SUM(cache_write_1h_tokens), SUM(output_tokens), SUM(reasoning_tokens),
  SUM(cost_micro), SUM(cost_rest)
FROM rollup_day r JOIN rollup_group g ON g.id = r.group_id
GROUP BY r.tenant, r.period, r.day, g.cost_centre, g.team, g.app, g.key_id;
