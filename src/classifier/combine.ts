import type { DeclaredLabel } from '../domain/caller.ts'
import type { FindingKind } from '../domain/finding.ts'
import { join, LEVELS, PUBLIC, type Category, type Label } from '../domain/label.ts'
import { CONFIDENCE_MIN, RULES, type RuleName } from './levels.ts'
import type { Table } from './table.ts'

/** Adds up what has been found, by a label table. */
export class Tally {
  readonly #table: Table
  #level = 0
  #isEmpty = true
  readonly #categories = new Set<Category>()
  readonly #kinds = new Set<FindingKind>()
  readonly #jurisdictions = new Set<string>()
  /** Rows that have been reached need no more counting: by rule, a bit for each row. */
  readonly #reached = new Map<RuleName, number>()
  /** Different values so far, for rows that ask for more than one: kept for the time of the request only. */
  readonly #values = new Map<string, Set<string>>()

  constructor(table: Table) {
    this.#table = table
  }

  /** @param value what was found; asked for only where different values are counted. */
  add(
    name: RuleName,
    confidence: number,
    jurisdictions: readonly string[],
    value: () => string,
  ): void {
    const rows = this.#table.rows[name]
    let reached = this.#reached.get(name) ?? 0
    let counts = confidence >= CONFIDENCE_MIN
    for (const [index, row] of rows.entries()) {
      if (confidence < row.confidence) continue
      counts = true
      if ((reached & (1 << index)) !== 0) continue
      if (row.count > 1 && this.#countOf(`${name} ${index}`, value) < row.count) continue
      reached |= 1 << index
      this.#reached.set(name, reached)
      this.#level = Math.max(this.#level, LEVELS.indexOf(row.level))
      for (const category of row.categories) this.#categories.add(category)
    }
    if (!counts) return
    this.#isEmpty = false
    const rule = RULES[name]
    // What is public by itself (an address of nobody's) makes nothing else worse.
    if (this.#table.single[name].level !== 'public') this.#kinds.add(rule.kind)
    for (const country of rule.jurisdictions) this.#jurisdictions.add(country)
    for (const country of jurisdictions) this.#jurisdictions.add(country)
  }

  #countOf(row: string, value: () => string): number {
    const values = this.#values.get(row) ?? new Set()
    this.#values.set(row, values)
    return values.add(value().toLowerCase()).size
  }

  label(): Label {
    if (this.#isEmpty) return PUBLIC
    const categories = new Set(this.#categories)
    let level = this.#level
    for (const { kind, others, level: raised, categories: added } of this.#table.together) {
      if (this.#kinds.has(kind) && others.some((other) => this.#kinds.has(other))) {
        level = Math.max(level, LEVELS.indexOf(raised))
        for (const category of added) categories.add(category)
      }
    }
    return {
      level: LEVELS[level] ?? 'restricted',
      categories: [...categories].toSorted(),
      jurisdictions: [...this.#jurisdictions].toSorted(),
      scan: 'complete',
    }
  }
}

/** What a caller says of its data, as a label to join. */
export const declaredLabel = (declared: DeclaredLabel): Label =>
  join(PUBLIC, {
    level: declared.level,
    categories: declared.categories.map((name): Category => `declared:${name}`),
    jurisdictions: declared.jurisdictions,
    scan: 'complete',
  })
