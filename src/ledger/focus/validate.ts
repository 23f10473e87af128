import type { FocusCells } from './formats.ts'
import { ROW_CHECKS } from './leaf.ts'
import type { Check, FocusModel, FocusRule } from './rule-model.ts'

export type RuleStatus = 'passed' | 'failed' | 'not-applicable' | 'contradiction'
export type RuleVerdict = {
  readonly status: RuleStatus
  /** Why it does not apply, or what is wrong with how many rows. */
  readonly reason?: string
}

/**
 * One pair of rules cannot both hold: InvoiceId-C-004 wants null and InvoiceId-C-005 wants a value, both without a
 * condition that a file could show ("when the charge is associated with an invoice"). The one that fails is listed as this.
 */
const CONTRADICTION: readonly string[] = ['InvoiceId-C-004-C', 'InvoiceId-C-005-C']

/** What a provider may support; the rules of what we do not support do not apply to us. */
const SUPPORTED: readonly string[] = [
  'ACCOUNT_NAMING_SUPPORTED',
  'SUB_ACCOUNT_SUPPORTED',
  'NEGOTIATED_PRICING_SUPPORTED',
  'PUBLIC_PRICE_LIST_SUPPORTED',
  'UNIT_PRICING_SUPPORTED',
  'USAGE_MEASUREMENT_SUPPORTED',
  'MULTIPLE_PRICING_CATEGORIES_SUPPORTED',
  'PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED',
  'REGION_SUPPORTED',
  'BILLING_BASED_ON_PROVISIONED_RESOURCES_SUPPORTED',
  'RESOURCE_TYPE_ASSIGNMENT_SUPPORTED',
  'TAGGING_SUPPORTED',
]

type Leaf = {
  readonly id: string
  readonly isPresence: boolean
  readonly column: string | undefined
  readonly holds: (row: FocusCells) => boolean
  readonly conditionHolds: (row: FocusCells) => boolean
  /** Of CheckDistinctCount: the values of B seen with each A. */
  readonly distinct?: {
    readonly a: string
    readonly b: string
    readonly seen: Map<string, Set<string>>
  }
  failures: number
  firstRow: number | undefined
}

/** Checks a FOCUS file against the official rules, row by row: what is kept grows with the distinct SKUs, not the rows. */
export class FocusValidator {
  readonly #model: FocusModel
  readonly #columns: ReadonlySet<string>
  /** Columns that belong to something that is not supported. */
  readonly #foreign: ReadonlySet<string>
  readonly #fixed = new Map<string, RuleVerdict>()
  readonly #leaves: Leaf[] = []
  #rows = 0

  constructor(model: FocusModel, columns: readonly string[], supported = SUPPORTED) {
    this.#model = model
    this.#columns = new Set(columns)
    const roots = Object.entries(model.ModelRules).filter(([id]) => /-C-000-/.test(id))
    this.#foreign = new Set(
      roots
        .filter(([, rule]) => unsupported(rule, supported).length > 0)
        .map(([, rule]) => rule.Reference),
    )
    const inherited = inheritedConditions(model)
    for (const [id, rule] of Object.entries(model.ModelRules)) {
      const reason = this.#whyNot(rule, supported)
      if (reason !== undefined) this.#fixed.set(id, { status: 'not-applicable', reason })
      else if (rule.Function !== 'Composite')
        this.#leaves.push(leafOf(id, rule, inherited.get(id) ?? []))
    }
  }

  push(row: FocusCells): void {
    this.#rows++
    for (const leaf of this.#leaves) {
      if (leaf.isPresence || !leaf.conditionHolds(row)) continue
      if (leaf.distinct !== undefined) count(leaf.distinct, row)
      else if (!leaf.holds(row)) {
        leaf.failures++
        leaf.firstRow ??= this.#rows
      }
    }
  }

  /** A verdict for every rule of the file. */
  verdicts(): ReadonlyMap<string, RuleVerdict> {
    const verdicts = new Map(this.#fixed)
    for (const leaf of this.#leaves) verdicts.set(leaf.id, this.#verdictOf(leaf))
    for (const id of Object.keys(this.#model.ModelRules)) this.#compose(id, verdicts)
    return verdicts
  }

  #whyNot(rule: FocusRule, supported: readonly string[]): string | undefined {
    const { Type, ValidationCriteria, EntityType, Reference, Function } = rule
    const missing = unsupported(rule, supported)
    if (missing.length > 0) return `not supported here: ${missing.join(', ')}`
    if (this.#foreign.has(Reference)) return `${Reference} belongs to what is not supported here`
    if (Type === 'Dynamic') return 'needs knowledge that is not in the file'
    const { Keyword } = ValidationCriteria
    if (Keyword === 'MAY') return 'a permission: it cannot be broken'
    const isOfColumn = EntityType === 'Column' && Function !== 'Composite'
    if (isOfColumn && !this.#columns.has(Reference))
      return 'the column is conditional and not in the file'
    return undefined
  }

  #verdictOf({ id, isPresence, column, distinct, failures, firstRow }: Leaf): RuleVerdict {
    if (isPresence) {
      return this.#columns.has(column ?? '') ? PASSED : failed(id, `column ${column} is missing`)
    }
    if (distinct !== undefined) {
      const many = [...distinct.seen.values()].filter((values) => values.size > 1).length
      return many === 0 ? PASSED : failed(id, `${many} of ${distinct.a} have several ${distinct.b}`)
    }
    return failures === 0
      ? PASSED
      : failed(id, `${failures} of ${this.#rows} rows, first ${firstRow}`)
  }

  /** A composite holds if all of its rules that apply hold. */
  #compose(id: string, verdicts: Map<string, RuleVerdict>): RuleVerdict {
    const known = verdicts.get(id)
    const rule = this.#model.ModelRules[id]
    if (known !== undefined) return known
    if (rule === undefined)
      return { status: 'not-applicable', reason: 'the rule file has no such rule' }
    const parts = idsIn(rule.ValidationCriteria.Requirement)
    const judged = parts.map((part) => ({ part, ...this.#compose(part, verdicts) }))
    const broken = judged.filter(({ status }) => status === 'failed').map(({ part }) => part)
    const isApplied = judged.some(({ status }) => status !== 'not-applicable')
    const verdict: RuleVerdict =
      broken.length > 0
        ? { status: 'failed', reason: `broken: ${broken.join(', ')}` }
        : isApplied
          ? PASSED
          : { status: 'not-applicable', reason: 'none of its parts applies' }
    verdicts.set(id, verdict)
    return verdict
  }
}

function leafOf(id: string, rule: FocusRule, inherited: readonly Check[]): Leaf {
  const { Requirement, Condition } = rule.ValidationCriteria
  const conditions = [Condition, ...inherited].filter((each) => each.CheckFunction !== undefined)
  const tests = conditions.map(testOf)
  const isPresence = Requirement.CheckFunction === 'ColumnPresent'
  const { ColumnAName: a, ColumnBName: b } = Requirement
  const isDistinct = Requirement.CheckFunction === 'CheckDistinctCount'
  return {
    id,
    isPresence,
    column: Requirement.ColumnName,
    holds: isPresence || isDistinct ? () => true : testOf(Requirement),
    conditionHolds: (row) => tests.every((test) => test(row)),
    ...(isDistinct && a !== undefined && b !== undefined
      ? { distinct: { a, b, seen: new Map() } }
      : {}),
    failures: 0,
    firstRow: undefined,
  }
}

/** "When X is not null, the following hold": what a composite demands of the row counts for its parts. */
function inheritedConditions(model: FocusModel): ReadonlyMap<string, readonly Check[]> {
  const conditions = new Map<string, readonly Check[]>()
  const descend = (id: string, above: readonly Check[]): void => {
    const criteria = model.ModelRules[id]?.ValidationCriteria
    if (criteria === undefined) return
    const known = conditions.get(id) ?? []
    conditions.set(id, [...new Set([...known, ...above])])
    const below = [...above, criteria.Condition]
    for (const part of idsIn(criteria.Requirement)) descend(part, below)
  }
  const parts = new Set(
    Object.values(model.ModelRules).flatMap((rule) => idsIn(rule.ValidationCriteria.Requirement)),
  )
  for (const id of Object.keys(model.ModelRules)) if (!parts.has(id)) descend(id, [])
  return conditions
}

const unsupported = (
  { ApplicabilityCriteria }: FocusRule,
  supported: readonly string[],
): readonly string[] => ApplicabilityCriteria.filter((criterion) => !supported.includes(criterion))

const PASSED: RuleVerdict = { status: 'passed' }

const failed = (id: string, reason: string): RuleVerdict => ({
  status: CONTRADICTION.includes(id) ? 'contradiction' : 'failed',
  reason,
})

function count({ a, b, seen }: NonNullable<Leaf['distinct']>, row: FocusCells): void {
  const [key, value] = [row[a], row[b]]
  if (key === null || key === undefined) return
  const values = seen.get(key) ?? new Set()
  seen.set(key, values.add(value ?? ''))
}

function testOf(check: Check): (row: FocusCells) => boolean {
  const { CheckFunction = 'none', Items = [] } = check
  if (CheckFunction === 'AND' || CheckFunction === 'OR') {
    const tests = Items.map(testOf)
    return CheckFunction === 'AND'
      ? (row) => tests.every((test) => test(row))
      : (row) => tests.some((test) => test(row))
  }
  const make = Object.hasOwn(ROW_CHECKS, CheckFunction) ? ROW_CHECKS[CheckFunction] : undefined
  if (make === undefined)
    throw new TypeError(`the rule file uses ${CheckFunction}, which is not known here`)
  return make(check)
}

const idsIn = (check: Check): readonly string[] =>
  check.ModelRuleId === undefined ? (check.Items ?? []).flatMap(idsIn) : [check.ModelRuleId]
