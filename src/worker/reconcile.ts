import { bookCorrections } from './close-period.ts'
import type { Env } from './env.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { InvoiceLine } from '../ledger/invoices/invoice.ts'
import { proposals, reconcile, reconcileRequests, type Variance } from '../ledger/reconcile.ts'
import { openBooks } from './stores/ledger-books.ts'
import { requestsAt, storeRun } from './stores/ledger-recon.ts'
import { slices } from './stores/ledger-reports.ts'

type Asked = {
  readonly tenant: string
  readonly destination: string
  readonly format: string
  /** SHA-256 of the file: the name of the run, so that a file is compared and booked once. */
  readonly fileHash: string
  readonly lines: readonly InvoiceLine[]
  readonly post: boolean
  readonly reason: string
  readonly nowMs: number
}

export type Reconciled = {
  readonly run: string
  readonly variances: readonly Variance[]
  readonly proposed: number
  readonly booked: readonly number[]
}

const DIMENSIONS = [
  'model',
  'usage_source',
  'kind',
  'cost_centre',
  'team',
  'app',
  'legal_entity',
  'destination',
] as const

/** Compares an invoice with the ledger and keeps what came of it; books the differences if asked to. */
export async function reconcileInvoice(
  env: Env,
  asked: Asked,
): Promise<Result<Reconciled, string>> {
  const { tenant, destination, lines, reason, nowMs } = asked
  const days = lines.map(({ day }) => day).toSorted()
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return err('the file bills nothing')
  const books = await openBooks(env, tenant)
  const months = { from: first.slice(0, 7), to: last.slice(0, 7) }
  const all = await slices(env, tenant, months, DIMENSIONS)
  const isIn = ({ day }: { readonly day: string }): boolean => first <= day && day <= last
  const rows = all.filter((row) => row.destination === destination && isIn(row))
  const given = { lines, destination, catalog: books.catalog, finance: books.finance }
  const listsRequests = lines.every(({ requestId }) => requestId !== null)
  const variances = listsRequests
    ? reconcileRequests((await requestsAt(env, tenant, destination, months)).filter(isIn), given)
    : reconcile(rows, given)
  const run = `recon-${asked.fileHash.slice(0, 16)}`
  await storeRun(env, { ...asked, run, variances })
  const proposed = proposals(variances, rows, given)
  if (!asked.post) return ok({ run, variances, proposed: proposed.length, booked: [] })
  const why = `reconciled with ${asked.format} of ${destination}: ${reason}`
  const booked = await bookCorrections(env, { tenant, reason: why, nowMs }, run, proposed)
  return booked.ok
    ? ok({ run, variances, proposed: proposed.length, booked: booked.value })
    : booked
}
