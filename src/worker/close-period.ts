import { err, ok, type Result } from '../domain/result.ts'
import { bestEstimates } from '../ledger/accruals.ts'
import { linesOf, type Correction } from '../ledger/corrections.ts'
import { monthEnd } from '../ledger/focus/times.ts'
import { sumBy } from '../ledger/reports/slice.ts'
import { STATEMENT_KEYS } from '../ledger/reports/statement.ts'
import { dayOf } from '../ledger/rollup.ts'
import { figuresOf, sealStatement, type Statement } from '../ledger/statement.ts'
import { journalOf, variable, type Env } from './env.ts'
import { statementLines } from './reports.ts'
import { catchUp } from './stores/audit.ts'
import { closingEntries } from './stores/ledger-adjust.ts'
import { openBooks, type Books } from './stores/ledger-books.ts'
import { closedThrough, earlierOpen, periods, recordPeriod } from './stores/ledger-periods.ts'
import { slices } from './stores/ledger-reports.ts'

type Change = {
  readonly tenant: string
  readonly period: string
  readonly reason: string
  readonly nowMs: number
}

/** Books what finance asks for, once for each batch name. Answers the numbers of the entries. */
export async function bookCorrections(
  env: Env,
  { tenant, reason, nowMs }: Omit<Change, 'period'>,
  batch: string,
  corrections: readonly Correction[],
): Promise<Result<readonly number[], string>> {
  const months = { closedThrough: closedThrough(await periods(env, tenant)), nowMs }
  const seqs = corrections.flatMap((each) => (each.type === 'rebook' ? [each.seq] : []))
  const lines = linesOf(corrections, await closingEntries(env, tenant, seqs), months)
  if (!lines.ok) return lines
  if (lines.value.length === 0) return ok([])
  const reply = await journalOf(env, tenant).adjust({ batch, reason, lines: lines.value })
  return reply.status === 'booked'
    ? ok(reply.seqs)
    : err(`${reply.closedThrough} was closed in the meantime: ask again`)
}

/** The month is over and complete: requests of it may still end, best estimates stand for what nobody reported. */
export async function softClose(
  env: Env,
  change: Change,
): Promise<Result<readonly number[], string>> {
  const { tenant, period, nowMs } = change
  const problem = await notYet(env, change)
  if (problem !== undefined) return err(problem)
  await openBooks(env, tenant)
  const months = { from: period, to: period }
  const dimensions = [
    'cost_centre',
    'team',
    'app',
    'destination',
    'legal_entity',
    'model',
    'kind',
    'usage_source',
  ] as const
  const rows = await slices(env, tenant, months, dimensions, false)
  const reason = `best estimate for ${period}: ${change.reason}`
  const booked = await bookCorrections(
    env,
    { tenant, reason, nowMs },
    `accrual-${period}`,
    bestEstimates(rows, period),
  )
  if (booked.ok) await recordPeriod(env, { ...change, state: 'soft-closed' })
  return booked
}

/**
 * Closes a month for good: its statement is sealed, and from then on the journal books nothing in it and the database
 * takes nothing for it.
 */
export async function closePeriod(
  env: Env,
  change: Change,
): Promise<Result<Statement & { digest: string }, string>> {
  const { tenant, period } = change
  const problem = await notYet(env, change)
  if (problem !== undefined) return err(problem)
  const journal = journalOf(env, tenant)
  const pending = await journal.closeThrough(period, period)
  if (pending > 0) {
    return err(
      `${pending} attempts of ${period} may still be reported: they expire, and are final a day later`,
    )
  }
  const books = await openBooks(env, tenant)
  const { throughSeq, caught } = books
  if (throughSeq < caught.status.head) {
    await journal.closeThrough(closedThrough(await periods(env, tenant)))
    return err(
      `the ledger is at entry ${throughSeq} of ${caught.status.head}: ask again when it has caught up`,
    )
  }
  const statement = await statementOf(env, books, period)
  const sealed = sealStatement(statement)
  const signature = await sign(env, sealed.text)
  await recordPeriod(env, { ...change, state: 'closed', statement: { ...sealed, signature } })
  return ok({ ...statement, digest: sealed.digest })
}

/** Opens the last closed month again. */
export async function reopenPeriod(env: Env, change: Change): Promise<Result<string, string>> {
  const last = closedThrough(await periods(env, change.tenant))
  if (last !== change.period) {
    return err(
      last === '' ? 'no month is closed' : `only the last closed month, ${last}, can be reopened`,
    )
  }
  await recordPeriod(env, { ...change, state: 'open' })
  const before = closedThrough(await periods(env, change.tenant))
  await journalOf(env, change.tenant).closeThrough(before)
  return ok(change.period)
}

async function notYet(env: Env, { tenant, period, nowMs }: Change): Promise<string | undefined> {
  if (dayOf(nowMs) < monthEnd(period)) return `${period} is not over`
  await catchUp(env, tenant)
  const rows = await periods(env, tenant)
  if (period <= closedThrough(rows)) return `${period} is closed`
  const earlier = await earlierOpen(env, tenant, period)
  return earlier === undefined ? undefined : `close ${earlier} first`
}

/** What the ledger says of a month now. */
export async function statementOf(env: Env, books: Books, period: string): Promise<Statement> {
  const { tenant, finance, financeHash, caught, throughSeq } = books
  const months = { from: period, to: period }
  const kinds = sumBy(await slices(env, tenant, months, ['kind'], false), ({ kind }) => kind)
  const sections = await Promise.all(
    STATEMENT_KEYS.map(async (key) => {
      const lines = await statementLines(env, books, period, key)
      return [key, lines.map(figuresOf)] as const
    }),
  )
  return {
    version: 1,
    tenant,
    company: finance.companyName,
    period,
    throughSeq,
    headHash: caught.status.headHash,
    financeHash,
    totalPicoUsd: String(kinds.reduce((sum, { costPicoUsd }) => sum + costPicoUsd, 0n)),
    byKind: kinds.map(figuresOf),
    sections: Object.fromEntries(sections),
  }
}

/** Ed25519 over the text, in base64, with the PKCS #8 key in STATEMENT_KEY (base64); null without one. */
async function sign(env: Env, text: string): Promise<string | null> {
  const encoded = variable(env, 'STATEMENT_KEY')
  if (encoded === undefined) return null
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
  const key = await crypto.subtle.importKey('pkcs8', bytes, { name: 'Ed25519' }, false, ['sign'])
  const signature = await crypto.subtle.sign('Ed25519', key, new TextEncoder().encode(text))
  return btoa(String.fromCharCode(...new Uint8Array(signature)))
}
