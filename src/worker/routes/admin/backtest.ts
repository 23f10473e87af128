import { Hono } from 'hono'
import * as z from 'zod'
import { destinations } from '../../../destinations/index.ts'
import { err, ok, type Result } from '../../../domain/result.ts'
import { canonicalJson } from '../../../encoding/canonical-json.ts'
import { canonicalBundle, parseBundle } from '../../../policy/bundle.ts'
import { DAY_MS } from '../../../policy/facts.ts'
import type { TrafficRecord } from '../../../policy/traffic.ts'
import type { Env } from '../../env.ts'
import { needs, type AdminEnv } from '../../middleware/actor.ts'
import { catchUp } from '../../stores/audit.ts'
import { runBacktest, storedBacktest } from '../../stores/backtest.ts'
import { releaseOf, type Release } from '../../stores/policy-rules.ts'
import { rollUpTraffic, trafficRecords } from '../../stores/traffic.ts'
import { adminError, check, invalid, readBody, TenantQuery, type InputProblem } from './input.ts'

/** Stored traffic, and what another policy would have made of it. */
export const backtestRoutes = new Hono<AdminEnv>()

/** Further back than most keep traffic. */
const DAYS_MAX = 400
const Days = z.int().min(1).max(DAYS_MAX)
const Hash = z.string().regex(/^[0-9a-f]{64}$/, { message: 'a SHA-256 in lower-case hex' })

export const BacktestRequest = z.union(
  [
    z.strictObject({ bundle: z.unknown().nonoptional(), days: Days }),
    z.strictObject({ hash: Hash, days: Days }),
  ],
  { message: '{ bundle, days } or { hash, days }, with days from 1 to 400' },
)

backtestRoutes.post('/backtest', needs('policy.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const asked = await readBody(c.req.raw, BacktestRequest)
  if (!asked.ok) return c.json(invalid(asked.error), 422)
  const candidate = await candidateOf(c.env, asked.value)
  if (!candidate.ok) return c.json(invalid(candidate.error), 422)
  const { tenant } = query.value
  await catchUp(c.env, tenant)
  const { days } = asked.value
  const by = c.get('actor').id
  const result = await runBacktest(c.env, tenant, candidate.value, days, by, Date.now())
  if (result !== undefined) return c.json(result)
  const message = `no policy is in force for tenant ${tenant}: there is nothing to compare with`
  return c.json(adminError('not_found', message), 404)
})

type Candidate = Pick<Release, 'hash' | 'bundle'>

async function candidateOf(
  env: Env,
  asked: z.infer<typeof BacktestRequest>,
): Promise<Result<Candidate, readonly InputProblem[]>> {
  if ('hash' in asked) {
    const stored = await env.DB.prepare('SELECT 1 FROM release WHERE hash = ?1')
      .bind(asked.hash)
      .first()
    return stored === null
      ? err([{ field: 'hash', problem: 'no release has this hash' }])
      : ok(await releaseOf(env, asked.hash))
  }
  const bundle = parseBundle(asked.bundle, Object.keys(destinations))
  if (!bundle.ok) {
    return err(
      bundle.error.map(({ path, problem }) => ({
        field: ['bundle', ...path].map(String).join('.'),
        problem,
      })),
    )
  }
  return ok({ hash: canonicalBundle(bundle.value).hash, bundle: bundle.value })
}

backtestRoutes.get('/backtest/:digest', needs('policy.read'), async (c) => {
  const query = check(c.req.query(), TenantQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const found = await storedBacktest(c.env, query.value.tenant, c.req.param('digest'))
  if (found !== undefined) return c.json(found)
  return c.json(adminError('not_found', 'no backtest has this digest'), 404)
})

export const TrafficQuery = TenantQuery.extend({
  days: z.coerce.number().int().min(1).max(DAYS_MAX).default(7),
})

/** The stored traffic as records, one JSON object a line: what `--traffic` reads. */
backtestRoutes.get('/traffic', needs('policy.read'), async (c) => {
  const query = check(c.req.query(), TrafficQuery)
  if (!query.ok) return c.json(invalid(query.error), 422)
  const { tenant, days } = query.value
  await catchUp(c.env, tenant)
  await rollUpTraffic(c.env, tenant)
  const nowMs = Date.now()
  const groups = await trafficRecords(c.env, tenant, nowMs - (days - 1) * DAY_MS, nowMs + 1)
  const lines = groups.map(({ costPicoUsd, ...rest }) => {
    // What was adjusted may come to less than nothing.
    const cost = String(costPicoUsd < 0n ? 0n : costPicoUsd)
    const record: TrafficRecord = { ...rest, costPicoUsd: cost }
    return `${canonicalJson(record)}\n`
  })
  return c.text(lines.join(''))
})
