import { tiersIn, type LedgerCatalog } from '../../ledger/catalog.ts'
import type { Finance } from '../../ledger/finance.ts'
import type { RolledRow } from '../../ledger/rollup.ts'
import type { Env } from '../env.ts'
import { catchUp, type CaughtUp } from './audit.ts'
import { financeBook, ledgerCatalog } from './ledger-catalog.ts'
import { FIRST_POSITION, rolledRows, rollUpDays } from './ledger-rollup.ts'

/** What every report starts from: the roll-ups brought up to now, and what is needed to read them. */
export type Books = {
  readonly tenant: string
  readonly catalog: LedgerCatalog
  readonly finance: Finance
  readonly financeHash: string
  readonly caught: CaughtUp
  /** Up to here everything is in the roll-ups: complete if it is the journal's head. */
  readonly throughSeq: number
}

const PAGE_ROWS = 1000

/**
 * Lets what has just happened arrive, for at most so long, and rolls it up. The first time that reads all postings, later
 * only the new ones.
 */
export async function openBooks(env: Env, tenant: string, waitMs = 10_000): Promise<Books> {
  const caught = await catchUp(env, tenant, waitMs)
  const catalog = await ledgerCatalog(env, tenant)
  const { hash, finance } = await financeBook(env, tenant)
  const tiers = { versions: [...catalog.prices.keys()], of: tiersIn(catalog.prices) }
  const rolled = await rollUpDays(env, tenant, caught.throughSeq, tiers)
  const throughSeq = Math.min(rolled, caught.status.head)
  return { tenant, catalog, finance, financeHash: hash, caught, throughSeq }
}

/** A month's roll-up, a page at a time. */
export async function* rolledPages(
  env: Env,
  tenant: string,
  period: string,
): AsyncGenerator<readonly RolledRow[]> {
  let after = FIRST_POSITION
  for (;;) {
    const page = await rolledRows(env, tenant, period, after, PAGE_ROWS)
    if (page.length > 0) yield page.map(({ row }) => row)
    after = page.at(-1)?.position ?? after
    if (page.length < PAGE_ROWS) return
  }
}
