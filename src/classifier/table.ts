import type { FindingKind } from '../domain/finding.ts'
import type { LabelTable } from '../domain/label-table.ts'
import { type Category, type Level, LEVELS } from '../domain/label.ts'
import { COMBINATIONS, CONFIDENCE_MIN, RULES, type RuleName } from './levels.ts'

/** From so many different finds, each at least so sure, a level and categories follow. */
type Row = {
  readonly count: number
  readonly confidence: number
  readonly level: Level
  readonly categories: readonly Category[]
}

/** A label table, ready to be used. */
export type Table = {
  readonly rows: Readonly<Record<RuleName, readonly Row[]>>
  /** What one find means by itself. */
  readonly single: Readonly<Record<RuleName, Pick<Row, 'level' | 'categories'>>>
  readonly together: readonly {
    readonly kind: FindingKind
    readonly others: readonly FindingKind[]
    readonly level: Level
    readonly categories: readonly Category[]
  }[]
}

const isRule = (name: string): name is RuleName => Object.hasOwn(RULES, name)
/** What `find` may be in a label table. */
export const FIND_NAMES: readonly RuleName[] = Object.keys(RULES).filter(isRule)

/** Makes the table that counts, out of one that people wrote; without one, what levels.ts says. */
export function tableOf(written?: LabelTable): Table {
  const rows = fill((name) => {
    const own = written?.findings.filter(({ find }) => find === name) ?? []
    if (own.length > 0) return own
    const { level, categories } = RULES[name]
    return [{ count: 1, confidence: CONFIDENCE_MIN, level, categories }]
  })
  const together =
    written?.together.map((row) => ({ ...row, others: row.with })) ??
    COMBINATIONS.map((row) => ({ ...row, categories: [] }))
  return { rows, single: fill((name) => singleOf(rows[name])), together }
}

/** Names in `findings` that the classifier has no detector for: such a row never counts. */
export const unknownFinds = (
  written: LabelTable | undefined,
): readonly { readonly find: string; readonly index: number }[] =>
  (written?.findings ?? [])
    .map(({ find }, index) => ({ find, index }))
    .filter(({ find }) => !isRule(find))

function fill<T>(valueOf: (name: RuleName) => T): Readonly<Record<RuleName, T>> {
  const filled: Partial<Record<RuleName, T>> = {}
  for (const name of FIND_NAMES) filled[name] = valueOf(name)
  return assertFull(filled)
}

function assertFull<T>(filled: Partial<Record<RuleName, T>>): Record<RuleName, T> {
  if (!isFull(filled)) throw new TypeError('a rule has no row')
  return filled
}

const isFull = <T>(filled: Partial<Record<RuleName, T>>): filled is Record<RuleName, T> =>
  FIND_NAMES.every((name) => name in filled)

function singleOf(rows: readonly Row[]): Pick<Row, 'level' | 'categories'> {
  const own = rows.filter(({ count }) => count === 1)
  const level = Math.max(0, ...own.map((row) => LEVELS.indexOf(row.level)))
  return {
    level: LEVELS[level] ?? 'restricted',
    categories: [...new Set(own.flatMap(({ categories }) => categories))],
  }
}
