import type { DeclaredLabel } from '../domain/caller.ts'
import type { FindingKind } from '../domain/finding.ts'
import { join, LEVELS, PUBLIC, type Category, type Label } from '../domain/label.ts'
import { COMBINATIONS, CONFIDENCE_MIN, RULES, type RuleName } from './levels.ts'

/** Adds up what has been found. Finds under CONFIDENCE_MIN do not count. */
export class Tally {
  #level = 0
  readonly #rules = new Set<RuleName>()
  readonly #kinds = new Set<FindingKind>()
  readonly #jurisdictions = new Set<string>()

  add(name: RuleName, confidence: number, jurisdictions: readonly string[]): void {
    if (confidence < CONFIDENCE_MIN) return
    for (const country of jurisdictions) this.#jurisdictions.add(country)
    if (this.#rules.has(name)) return
    this.#rules.add(name)
    const rule = RULES[name]
    this.#kinds.add(rule.kind)
    this.#level = Math.max(this.#level, LEVELS.indexOf(rule.level))
    for (const country of rule.jurisdictions) this.#jurisdictions.add(country)
  }

  label(): Label {
    if (this.#rules.size === 0) return PUBLIC
    const categories = new Set<Category>()
    for (const name of this.#rules)
      for (const category of RULES[name].categories) categories.add(category)
    let level = this.#level
    for (const { kind, others, level: raised } of COMBINATIONS) {
      if (this.#kinds.has(kind) && others.some((other) => this.#kinds.has(other))) {
        level = Math.max(level, LEVELS.indexOf(raised))
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
