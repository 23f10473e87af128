import * as z from 'zod'
import { Budget, CatalogDestination, Model, Price } from '../../domain/catalog.ts'
import type { LedgerCatalog } from '../../ledger/catalog.ts'
import { Finance, NO_FINANCE } from '../../ledger/finance.ts'
import { canonicalJson } from '../../encoding/canonical-json.ts'
import { sha256Hex } from '../../encoding/sha256.ts'
import { priceProblems, openBook } from '../../pricing/book.ts'
import type { Env } from '../env.ts'
import { activeHash, loadBundle } from './policy.ts'

type Stores = Pick<Env, 'DB' | 'CACHE'>

/** The parts of a release that reports need; a release is checked when it is stored. */
const Release = z.object({
  destinations: z.array(CatalogDestination),
  models: z.array(Model),
  prices: z.array(Price),
  budgets: z.array(Budget),
  guardrails: z.array(z.object({ id: z.string() })),
})

const NO_RELEASE: z.infer<typeof Release> = {
  destinations: [],
  models: [],
  prices: [],
  budgets: [],
  guardrails: [],
}

/** What price versions mean, and the models and destinations of the release in force. */
export async function ledgerCatalog(env: Stores, tenant: string): Promise<LedgerCatalog> {
  await collectPrices(env)
  const { results } = await env.DB.prepare('SELECT version, body FROM price_line').all<{
    version: string
    body: string
  }>()
  const prices = new Map(
    results.map(({ version, body }) => [version, Price.parse(JSON.parse(body))]),
  )
  const hash = await activeHash(env, tenant)
  const release =
    hash === undefined ? NO_RELEASE : Release.parse(JSON.parse(await loadBundle(env, hash)))
  const book = priceProblems(release.prices).length === 0 ? release.prices : []
  return {
    prices,
    book: openBook(book),
    models: new Map(release.models.map((model) => [model.id, model])),
    destinations: new Map(release.destinations.map((each) => [each.id, each])),
    budgets: release.budgets,
    guardrails: new Set(release.guardrails.map(({ id }) => id)),
  }
}

/** Copies the prices of releases that came since: a version is never reused, so the first one stays. */
async function collectPrices(env: Stores): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO price_line (version, body)
       SELECT price.value ->> 'version', price.value
       FROM release CROSS JOIN json_each(release.bundle, '$.prices') price
       WHERE release.hash NOT IN (SELECT release FROM price_source)
       ON CONFLICT DO NOTHING`,
    ),
    env.DB.prepare(
      'INSERT INTO price_source (release) SELECT hash FROM release WHERE true ON CONFLICT DO NOTHING',
    ),
  ])
}

/** Stores what finance says from now on, and answers its hash. */
export async function putFinance(
  env: Pick<Env, 'DB'>,
  tenant: string,
  finance: Finance,
  nowMs: number,
): Promise<string> {
  const body = canonicalJson(finance)
  const hash = sha256Hex(body)
  await env.DB.prepare(
    'INSERT INTO finance_book (tenant, hash, body, created_ms) VALUES (?1, ?2, ?3, ?4)',
  )
    .bind(tenant, hash, body, nowMs)
    .run()
  return hash
}

/** What finance said last, with its hash; the neutral book if it never did. */
export async function financeBook(
  env: Pick<Env, 'DB'>,
  tenant: string,
): Promise<{ readonly hash: string; readonly finance: Finance }> {
  const row = await env.DB.prepare(
    'SELECT hash, body FROM finance_book WHERE tenant = ?1 ORDER BY id DESC LIMIT 1',
  )
    .bind(tenant)
    .first<{ hash: string; body: string }>()
  if (row === null) return { hash: sha256Hex(canonicalJson(NO_FINANCE)), finance: NO_FINANCE }
  return { hash: row.hash, finance: Finance.parse(JSON.parse(row.body)) }
}
