import { formatUsd } from '../domain/money.ts'
import { sha256Hex } from '../encoding/sha256.ts'
import { canonicalJson } from '../encoding/canonical-json.ts'
import { csvLine, type Cell } from './csv.ts'
import type { FocusContext } from './focus/cells.ts'
import { monthEnd } from './focus/times.ts'
import { divideRounded, glOf, rateOf, sharesOf, split } from './finance.ts'
import type { RolledRow } from './rollup.ts'

/** A line of the batch. Amounts are whole hundredths of the currency; one of the two is 0. */
export type ErpLine = {
  readonly glAccount: string
  readonly costCentre: string
  readonly taxCode: string
  readonly legalEntity: string
  readonly debit: bigint
  readonly credit: bigint
  readonly picoUsd: bigint
}

export type ErpBatch = {
  /** Follows from the content: importing the same batch twice is recognised, a changed one is another batch. */
  readonly batchId: string
  readonly company: string
  readonly period: string
  /** Last day of the month. */
  readonly postingDate: string
  readonly currency: string
  readonly lines: readonly ErpLine[]
  readonly control: {
    readonly lines: number
    readonly debit: bigint
    readonly credit: bigint
    /** What the lines come from, to the pico-dollar. */
    readonly picoUsd: bigint
    /** What rounding each line to hundredths has added, in hundredths of the currency. */
    readonly rounding: bigint
  }
}

const HUNDREDTH_PICO = 10_000_000_000n

type Sum = {
  readonly parts: readonly [string, string, string, string]
  picoUsd: bigint
  pico: bigint
}

/** Collects a month's roll-up into a batch for the general ledger: debit the cost centres, credit what is owed to providers. */
export class ErpAccumulator {
  readonly #context: FocusContext
  readonly #period: string
  readonly #sums = new Map<string, Sum>()

  constructor(context: FocusContext, period: string) {
    this.#context = context
    this.#period = period
  }

  /** @throws RangeError if there is no rate of the functional currency for the day: a guessed rate is worse than none. */
  push(row: RolledRow): void {
    const { finance, catalog } = this.#context
    const rate = rateOf(finance, row.day)
    if (rate === undefined) {
      throw new RangeError(
        `finance.yaml has no rate of ${finance.functionalCurrency} for ${row.day}`,
      )
    }
    const shares = sharesOf(finance, row, row.day)
    const gl = glOf(
      finance,
      row.destination,
      catalog.destinations.get(row.destination)?.facts.class,
    )
    const costs = split(row.costPicoUsd, shares)
    for (const [at, { costCentre }] of shares.entries()) {
      const parts = [gl.account, costCentre, gl.taxCode, row.legal_entity] as const
      const key = JSON.stringify(parts)
      const sum = this.#sums.get(key) ?? { parts, picoUsd: 0n, pico: 0n }
      const cost = costs[at] ?? 0n
      sum.picoUsd += cost
      sum.pico += divideRounded(cost * rate.units, rate.per)
      this.#sums.set(key, sum)
    }
  }

  finish(): ErpBatch {
    const { finance, tenant } = this.#context
    const ordered = [...this.#sums.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1))
    const debits = ordered.map(([, sum]) => debitLine(sum))
    const lines = [...debits, ...creditLines(debits, finance.glAccrualAccount)]
    const exact = ordered.reduce((sum, [, each]) => sum + each.pico, 0n)
    const total = debits.reduce((sum, { debit, credit }) => sum + debit - credit, 0n)
    const head = {
      company: finance.company,
      period: this.#period,
      currency: finance.functionalCurrency,
    }
    const content = canonicalJson({ tenant, ...head, lines: lines.map(plain) })
    return {
      batchId: `demarc-${tenant}-${this.#period}-${sha256Hex(content).slice(0, 16)}`,
      ...head,
      postingDate: new Date(Date.parse(monthEnd(this.#period)) - 1).toISOString().slice(0, 10),
      lines,
      control: {
        lines: lines.length,
        debit: lines.reduce((sum, { debit }) => sum + debit, 0n),
        credit: lines.reduce((sum, { credit }) => sum + credit, 0n),
        picoUsd: ordered.reduce((sum, [, each]) => sum + each.picoUsd, 0n),
        rounding: total - divideRounded(exact, HUNDREDTH_PICO),
      },
    }
  }
}

function debitLine({ parts, picoUsd, pico }: Sum): ErpLine {
  const [glAccount, costCentre, taxCode, legalEntity] = parts
  const amount = divideRounded(pico, HUNDREDTH_PICO)
  return { glAccount, costCentre, taxCode, legalEntity, picoUsd, ...sides(amount) }
}

/** One for each provider, of what its debits come to, so that the batch balances. */
function creditLines(debits: readonly ErpLine[], account: string): readonly ErpLine[] {
  const owed = new Map<string, { amount: bigint; picoUsd: bigint }>()
  for (const { legalEntity, debit, credit, picoUsd } of debits) {
    const sum = owed.get(legalEntity) ?? { amount: 0n, picoUsd: 0n }
    owed.set(legalEntity, { amount: sum.amount + debit - credit, picoUsd: sum.picoUsd + picoUsd })
  }
  return [...owed].map(([legalEntity, { amount, picoUsd }]) => ({
    glAccount: account,
    costCentre: '',
    taxCode: '',
    legalEntity,
    picoUsd: -picoUsd,
    ...sides(-amount),
  }))
}

const sides = (amount: bigint): Pick<ErpLine, 'debit' | 'credit'> =>
  amount < 0n ? { debit: 0n, credit: -amount } : { debit: amount, credit: 0n }

const plain = (line: ErpLine) => ({
  ...line,
  debit: String(line.debit),
  credit: String(line.credit),
  picoUsd: String(line.picoUsd),
})

const amountOf = (hundredths: bigint): string => {
  const [sign, magnitude] = hundredths < 0n ? ['-', -hundredths] : ['', hundredths]
  return `${sign}${magnitude / 100n}.${String(magnitude % 100n).padStart(2, '0')}`
}

const COLUMNS = [
  'record',
  'batch_id',
  'line',
  'company',
  'period',
  'posting_date',
  'gl_account',
  'cost_centre',
  'tax_code',
  'provider',
  'debit',
  'credit',
  'currency',
  'usd_exact',
  'rounding',
]

/** The batch as CSV: lines, then one control record with the number of lines and both totals. */
export function erpCsv({
  batchId,
  company,
  period,
  postingDate,
  currency,
  lines,
  control,
}: ErpBatch): string {
  const common = (record: string, line: number): Cell[] => [
    { text: record },
    { text: batchId },
    { number: line },
    { text: company },
    { text: period },
    { text: postingDate },
  ]
  const body = lines.map((line, at) =>
    csvLine([
      ...common('line', at + 1),
      { text: line.glAccount },
      { text: line.costCentre },
      { text: line.taxCode },
      { text: line.legalEntity },
      { number: amountOf(line.debit) },
      { number: amountOf(line.credit) },
      { text: currency },
      { number: formatUsd(line.picoUsd) },
      { number: null },
    ]),
  )
  const last = csvLine([
    ...common('control', control.lines),
    ...['', '', '', ''].map((text) => ({ text })),
    { number: amountOf(control.debit) },
    { number: amountOf(control.credit) },
    { text: currency },
    { number: formatUsd(control.picoUsd) },
    { number: amountOf(control.rounding) },
  ])
  return [csvLine(COLUMNS.map((text) => ({ text }))), ...body, last].join('')
}
