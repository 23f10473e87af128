import { costByPrice, priceOn, type LedgerCatalog } from './catalog.ts'
import type { Correction } from './corrections.ts'
import type { Finance } from './finance.ts'
import type { InvoiceLine } from './invoices/invoice.ts'
import { compare, sumBy, tokensOf, type Slice } from './reports/slice.ts'
import { NO_SUMS, type Sums } from './rollup.ts'

/** Why an invoice and the ledger differ. */
export type Reason =
  | 'match'
  | 'rounding'
  | 'unpriced'
  | 'missed-stream'
  | 'price-change'
  | 'accrued-bound'
  | 'never-passed-through'
  | 'not-invoiced'
  | 'unknown'

export type Variance = {
  readonly day: string
  /** Our id of the model, else the provider's name of it. */
  readonly model: string
  /** Only where the invoice lists requests. */
  readonly requestId: string | null
  readonly ledgerPicoUsd: bigint
  readonly invoicePicoUsd: bigint
  /** Invoice less ledger. */
  readonly differencePicoUsd: bigint
  readonly ledgerTokens: bigint
  readonly invoiceTokens: bigint | null
  readonly reason: Reason
  /** The invoice has no cost: it was worked out from its tokens at our prices. */
  readonly isPricedHere: boolean
}

export type LedgerRow = Slice<
  'model' | 'usage_source' | 'kind' | 'cost_centre' | 'team' | 'app' | 'legal_entity'
>

/** A request of the ledger, where the invoice lists requests. */
export type LedgerRequest = {
  readonly requestId: string
  readonly day: string
  readonly model: string
  readonly costPicoUsd: bigint
  readonly tokens: bigint
}

type Ledger = Sums & { readonly boundPicoUsd: bigint; readonly unsure: number }
type Invoice = {
  cost: bigint | null
  requests: number | null
  tokens: bigint | null
  isPricedHere: boolean
}

type Given = {
  readonly lines: readonly InvoiceLine[]
  readonly destination: string
  readonly catalog: LedgerCatalog
  readonly finance: Finance
}

/** Compares day by day and model by model. */
export function reconcile(rows: readonly LedgerRow[], given: Given): readonly Variance[] {
  const namesModels = given.lines.some(({ model }) => model !== null)
  const ledger = ledgerByKey(rows, namesModels)
  const invoice = new Map<string, Invoice>()
  for (const line of given.lines) {
    const key = `${line.day} ${modelIn(given, line.model)}`
    invoice.set(key, addLine(invoice.get(key), line, given))
  }
  const keys = [...new Set([...ledger.keys(), ...invoice.keys()])].toSorted()
  return keys.map((key) => {
    const [day = '', ...rest] = key.split(' ')
    const [ours, theirs] = [ledger.get(key) ?? NOTHING, invoice.get(key)]
    return varianceOf(day, rest.join(' '), null, ours, theirs, given.finance)
  })
}

/** Compares request by request, by the provider's own id. */
export function reconcileRequests(
  requests: readonly LedgerRequest[],
  given: Given,
): readonly Variance[] {
  const ours = new Map(requests.map((each) => [each.requestId, each]))
  const named = new Map<string, InvoiceLine[]>()
  for (const line of given.lines) {
    if (line.requestId !== null)
      named.set(line.requestId, [...(named.get(line.requestId) ?? []), line])
  }
  const ids = [...new Set([...ours.keys(), ...named.keys()])].toSorted()
  return ids.map((id) => {
    const request = ours.get(id)
    const lines = named.get(id) ?? []
    const theirs = lines.reduce<Invoice | undefined>(
      (sum, line) => addLine(sum, line, given),
      undefined,
    )
    const ledger: Ledger =
      request === undefined
        ? NOTHING
        : {
            ...NOTHING,
            requests: 1,
            input_tokens: Number(request.tokens),
            costPicoUsd: request.costPicoUsd,
          }
    const day = request?.day ?? lines[0]?.day ?? ''
    const model = request?.model ?? modelIn(given, lines[0]?.model ?? null)
    return varianceOf(day, model, id, ledger, theirs, given.finance)
  })
}

/** Where a provider bills a day and does not say which model. */
const ALL_MODELS = 'all models'

const NOTHING: Ledger = { ...NO_SUMS, boundPicoUsd: 0n, unsure: 0 }

function ledgerByKey(rows: readonly LedgerRow[], namesModels: boolean): Map<string, Ledger> {
  const keyOf = (row: LedgerRow): string => `${row.day} ${namesModels ? row.model : ALL_MODELS}`
  const ledger = new Map(
    sumBy(rows, keyOf).map(({ key, ...sums }) => [key, { ...sums, boundPicoUsd: 0n, unsure: 0 }]),
  )
  for (const row of rows) {
    const sum = ledger.get(keyOf(row))
    if (sum === undefined || row.kind === 'adjust') continue
    if (row.usage_source === 'bound') sum.boundPicoUsd += row.costPicoUsd
    if (row.usage_source !== 'provider') sum.unsure += row.requests
  }
  return ledger
}

/** Our id of a model that a provider names by our id, its own, its last part, or one of these with a snapshot's date. */
function modelIn({ catalog, destination }: Given, name: string | null): string {
  if (name === null) return ALL_MODELS
  const plain = name.toLowerCase().replaceAll(' ', '-')
  const undated = plain.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, '')
  for (const model of catalog.models.values()) {
    const names = model.offers
      .filter((offer) => offer.destination === destination)
      .flatMap(({ upstreamModel }) => [upstreamModel, upstreamModel.split('/').at(-1) ?? ''])
    const known = [model.id, ...names].map((each) => each.toLowerCase())
    if (names.length > 0 && (known.includes(plain) || known.includes(undated))) return model.id
  }
  return name
}

/** Null is unknown, not 0: it adds nothing. */
function plus<T extends bigint | number>(
  a: T | null | undefined,
  b: T | null,
  add: (a: T, b: T) => T,
): T | null {
  if (a === null || a === undefined) return b
  return b === null ? a : add(a, b)
}

function addLine(sum: Invoice | undefined, line: InvoiceLine, given: Given): Invoice {
  const priced = line.costPicoUsd === null ? pricedHere(line, given) : undefined
  const cost = line.costPicoUsd === null ? (priced ?? null) : BigInt(line.costPicoUsd)
  const tokens =
    line.tokens && Object.values(line.tokens).reduce((all, count) => all + BigInt(count), 0n)
  return {
    cost: plus(sum?.cost, cost, (a, b) => a + b),
    requests: plus(sum?.requests, line.requests, (a, b) => a + b),
    tokens: plus(sum?.tokens, tokens, (a, b) => a + b),
    isPricedHere: (sum?.isPricedHere ?? false) || priced !== undefined,
  }
}

function pricedHere(line: InvoiceLine, given: Given): bigint | undefined {
  const price = priceOn(given.catalog, given.destination, modelIn(given, line.model), line.day)
  return price === undefined || line.tokens === null ? undefined : costByPrice(line.tokens, price)
}

function varianceOf(
  day: string,
  model: string,
  requestId: string | null,
  ledger: Ledger,
  invoice: Invoice | undefined,
  finance: Finance,
): Variance {
  const invoicePicoUsd = invoice?.cost ?? 0n
  return {
    day,
    model,
    requestId,
    ledgerPicoUsd: ledger.costPicoUsd,
    invoicePicoUsd,
    differencePicoUsd: invoicePicoUsd - ledger.costPicoUsd,
    ledgerTokens: tokensOf(ledger),
    invoiceTokens: invoice?.tokens ?? null,
    reason: reasonOf(ledger, invoice, finance),
    isPricedHere: invoice?.isPricedHere ?? false,
  }
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value)

/** The larger of a share of the ledger's figure and a fixed amount. */
function isWithin(difference: bigint, figure: bigint, { tolerance }: Finance): boolean {
  const share = (absolute(figure) * BigInt(tolerance.basisPoints)) / 10_000n
  const least = BigInt(tolerance.microUsdMin) * 1_000_000n
  return absolute(difference) <= (share > least ? share : least)
}

/** Figures of tokens that agree within half a percent are the same tokens: providers cut days at other moments. */
const isSame = (a: bigint, b: bigint): boolean => absolute(a - b) * 200n <= (a > b ? a : b)

function reasonOf(ledger: Ledger, invoice: Invoice | undefined, finance: Finance): Reason {
  if (invoice === undefined || invoice.cost === null) return 'not-invoiced'
  const difference = invoice.cost - ledger.costPicoUsd
  if (difference === 0n) return 'match'
  if (ledger.requests === 0 && ledger.costPicoUsd === 0n) return 'never-passed-through'
  const tokens = tokensOf(ledger)
  if (ledger.costPicoUsd === 0n && tokens > 0n) return 'unpriced'
  if (isWithin(difference, ledger.costPicoUsd, finance)) return 'rounding'
  if (difference < 0n && ledger.boundPicoUsd > 0n) return 'accrued-bound'
  const hasMoreRequests = invoice.requests !== null && invoice.requests > ledger.requests
  const isMissing = difference > 0n && ledger.unsure > 0
  const isOutside = difference > 0n && hasMoreRequests
  if (invoice.tokens !== null) {
    if (isSame(tokens, invoice.tokens)) return 'price-change'
    if (invoice.tokens < tokens) return 'unknown'
  }
  return isMissing ? 'missed-stream' : isOutside ? 'never-passed-through' : 'unknown'
}

/**
 * The entries that would make the ledger agree: differences, borne by whoever used that model that day in the share of
 * their cost, and by nobody in particular where nobody did. What is within tolerance or not invoiced yet is left alone.
 */
export function proposals(
  variances: readonly Variance[],
  rows: readonly LedgerRow[],
  { destination, catalog }: Pick<Given, 'destination' | 'catalog'>,
): readonly Correction[] {
  const left: readonly Reason[] = ['match', 'rounding', 'not-invoiced']
  return variances.flatMap((variance) => {
    if (left.includes(variance.reason)) return []
    const used = rows.filter(
      ({ day, model, costPicoUsd }) =>
        day === variance.day && [model, ALL_MODELS].includes(variance.model) && costPicoUsd > 0n,
    )
    const bearers = bearersOf(used)
    const legalEntity =
      used[0]?.legal_entity ??
      catalog.destinations.get(destination)?.facts.legalEntity.value ??
      destination
    const common = {
      type: 'difference' as const,
      period: variance.day.slice(0, 7),
      day: variance.day,
      destination,
      legalEntity,
      model: variance.model,
    }
    return shares(variance.differencePicoUsd, bearers).map((share) => ({
      ...common,
      costPicoUsd: String(share.amount),
      costCentre: share.owner.cost_centre,
      team: share.owner.team,
      app: share.owner.app,
    }))
  })
}

type Owner = Pick<LedgerRow, 'cost_centre' | 'team' | 'app'>

const NOBODY: Owner = { cost_centre: 'unassigned', team: 'unassigned', app: 'unassigned' }

function bearersOf(rows: readonly LedgerRow[]): readonly (Sums & Owner)[] {
  const keyOf = ({ cost_centre, team, app }: Owner): string =>
    JSON.stringify([cost_centre, team, app])
  const owners = new Map<string, Owner>(rows.map((row) => [keyOf(row), row]))
  return sumBy(rows, keyOf).map(({ key, ...sums }) => {
    const { cost_centre, team, app } = owners.get(key) ?? NOBODY
    return { ...sums, cost_centre, team, app }
  })
}

/** In proportion to cost; the largest takes what division leaves. */
function shares(
  amount: bigint,
  bearers: readonly (Sums & Owner)[],
): readonly { readonly owner: Owner; readonly amount: bigint }[] {
  const all = bearers.reduce((sum, { costPicoUsd }) => sum + costPicoUsd, 0n)
  if (all === 0n) return [{ owner: NOBODY, amount }]
  const ordered = bearers.toSorted((a, b) => compare(a.costPicoUsd, b.costPicoUsd))
  let left = amount
  return ordered.map((owner, at) => {
    const part = at === ordered.length - 1 ? left : (amount * owner.costPicoUsd) / all
    left -= part
    return { owner, amount: part }
  })
}
