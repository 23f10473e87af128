import { formatUsd } from '../domain/money.ts'
import { canonicalJson } from '../encoding/canonical-json.ts'
import { sha256Hex } from '../encoding/sha256.ts'
import { csvLine } from './csv.ts'
import type { StatementLine } from './reports/statement.ts'

/** What a closed month says, for ever. Money is pico-dollars as text. */
export type Statement = {
  readonly version: 1
  readonly tenant: string
  readonly company: string
  readonly period: string
  /** The ledger's state when it was closed: entries up to this number, the last with this hash. */
  readonly throughSeq: number
  readonly headHash: string
  readonly financeHash: string
  readonly totalPicoUsd: string
  /** By how it came about: answered, accrued at the bound, reversed, booked by finance. */
  readonly byKind: readonly Figures[]
  readonly sections: Readonly<Record<string, readonly Figures[]>>
}

export type Figures = {
  readonly key: string
  readonly requests: number
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly cacheWriteTokens: number
  readonly outputTokens: number
  readonly costPicoUsd: string
}

export const figuresOf = (line: StatementLine): Figures => ({
  key: line.key,
  requests: line.requests,
  inputTokens: line.input_tokens,
  cachedInputTokens: line.cached_input_tokens,
  cacheWriteTokens: line.cache_write_5m_tokens + line.cache_write_1h_tokens,
  outputTokens: line.output_tokens,
  costPicoUsd: String(line.costPicoUsd),
})

/** The text that is signed and kept, and its SHA-256: whoever has the file can compute it again. */
export function sealStatement(statement: Statement): {
  readonly text: string
  readonly digest: string
} {
  const text = canonicalJson(statement)
  return { text, digest: sha256Hex(text) }
}

const COLUMNS = [
  'section',
  'key',
  'requests',
  'input_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'output_tokens',
  'cost_usd',
  'cost_pico_usd',
]

/** The same as CSV; the section `total` has one line. */
export function statementCsv({ totalPicoUsd, byKind, sections }: Statement): string {
  const lines = Object.entries({ kind: byKind, ...sections }).flatMap(([section, figures]) =>
    figures.map((each) => line(section, each)),
  )
  const total = byKind.reduce((sum, each) => addFigures(sum, each), {
    ...NONE,
    costPicoUsd: totalPicoUsd,
  })
  return [csvLine(COLUMNS.map((text) => ({ text }))), ...lines, line('total', total)].join('')
}

const line = (section: string, each: Figures): string =>
  csvLine([
    { text: section },
    { text: each.key },
    { number: each.requests },
    { number: each.inputTokens },
    { number: each.cachedInputTokens },
    { number: each.cacheWriteTokens },
    { number: each.outputTokens },
    { number: formatUsd(BigInt(each.costPicoUsd)) },
    { number: each.costPicoUsd },
  ])

const NONE: Figures = {
  key: '',
  requests: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  costPicoUsd: '0',
}

const addFigures = (a: Figures, b: Figures): Figures => ({
  ...a,
  requests: a.requests + b.requests,
  inputTokens: a.inputTokens + b.inputTokens,
  cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
  cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  outputTokens: a.outputTokens + b.outputTokens,
})
