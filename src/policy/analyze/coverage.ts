import { caseOf, casesOf, sayMayGo, shareWords } from './cases.ts'
import { type Node, NOTHING } from './diagram.ts'
import { exists, includes, isWithin, meets, restrict } from './diagram-queries.ts'
import type { Finding, Severity } from './findings.ts'
import { type Model, redactionDemanded, today } from './model.ts'
import { placeSet, valueSet } from './sets.ts'
import type { Variable } from './space.ts'

/** What the policy as a whole leaves out, or gives where it should not. */
export const coverageFindings = (model: Model): readonly Finding[] => [
  ...gaps(model),
  ...blockedRegions(model),
  ...unusedDestinations(model),
  ...rises(model),
]

const CASES_MAX = 3

/** Requests, as they came, that no route takes today. What later days bring is told as changes. */
function gaps(model: Model): Finding[] {
  const { diagram, covered } = model
  const open = asItCame(model, diagram.not(covered))
  return casesOf(model, open, CASES_MAX).cases.map(({ words, example }) => ({
    kind: 'coverage-gap',
    severity: 'warning',
    rule: null,
    problem: `No route takes ${words.data}: it is refused.`,
    witness: example,
  }))
}

/** Requests that a route takes and for which no destination is left today, in any form. */
function blockedRegions(model: Model): Finding[] {
  const { diagram, space, covered, permitted, obligations } = model
  const destination = new Set([space.at('destination')])
  const served = exists(diagram, asItCame(model, permitted), destination)
  const demanded = redactionDemanded(model, obligations)
  const blocked = diagram.without(asItCame(model, diagram.without(covered, demanded)), served)
  return casesOf(model, blocked, CASES_MAX).cases.map(({ words, example, box }) => {
    const point = box.map((values) => values?.[0] ?? 0)
    const by = blockersAt(model, point)
    return {
      kind: 'blocked-region',
      severity: 'note',
      rule: by[0] ?? null,
      problem: `${capital(words.data)} may go nowhere, because of ${by.join(', ') || 'its route'} (blocked for everyone: ${shareWords(model, blocked)} of all cases).`,
      witness: example,
    }
  })
}

/** Guardrails and obligations that take a destination from its route at a point, at any of its destinations. */
function blockersAt({ diagram, space, guardrails, obligations }: Model, point: readonly number[]) {
  const at = space.at('destination')
  const points = (space.variables[at]?.values ?? []).map((_, value) => point.with(at, value))
  const isHit = (set: Node): boolean => points.some((one) => includes(diagram, set, one))
  return [
    ...guardrails.filter(({ denies }) => isHit(denies)),
    ...obligations.filter(({ rule, forbids }) => rule.level !== 'simulate' && isHit(forbids)),
  ].map(({ rule }) => rule.id)
}

function unusedDestinations(model: Model): Finding[] {
  const { diagram, permitted, bundle } = model
  return bundle.destinations.flatMap(({ id }) => {
    const here = valueSet(model, 'destination', '', (value) => value === id)
    if (meets(diagram, permitted, here)) return []
    return [
      {
        kind: 'unused-destination',
        severity: 'warning',
        rule: id,
        problem: `${id} can never be chosen: no route uses it, or guardrails forbid it whatever the request.`,
        witness: null,
      } as const,
    ]
  })
}

/**
 * Where a more sensitive label gains a destination. One step at a time (a higher level, one category more, less of it read), everything
 * else equal, which by transitivity covers all steps together.
 */
function rises(model: Model): Finding[] {
  const { diagram, space, permitted } = model
  return space.variables.flatMap((variable, at) => {
    if (!isOrdered(variable)) return []
    const layers = variable.values.map((_, value) => restrict(diagram, permitted, at, value))
    return layers.flatMap((higher, value) => {
      const lower = layers[value - 1]
      if (lower === undefined || isWithin(diagram, higher, lower)) return []
      // The step itself belongs to the case: it is the higher label that gains.
      const gained = diagram.and(
        diagram.without(higher, lower),
        diagram.literal(at, (one) => one === value),
      )
      return riseFinding(model, gained, stepWords(variable, value))
    })
  })
}

const isOrdered = ({ kind }: Variable): boolean =>
  kind === 'scan' || kind === 'level' || kind === 'category'

function stepWords(variable: Variable, value: number): string {
  if (variable.kind === 'category') return `holding ${variable.category}`
  const [from, to] = [variable.values[value - 1], variable.values[value]]
  return `${variable.kind} ${String(to)} instead of ${String(from)}`
}

/** To gain own hardware harms nobody: only third parties are a warning. */
function riseFinding(model: Model, gained: Node, step: string): Finding[] {
  const { diagram, facts } = model
  const third = diagram.and(
    gained,
    placeSet(model, facts, ({ zone }) => zone !== 'own'),
  )
  const severity: Severity = third === NOTHING ? 'note' : 'warning'
  const found = caseOf(model, third === NOTHING ? gained : third)
  if (found === undefined) return []
  return [
    {
      kind: 'not-monotone',
      severity,
      rule: routeOf(
        model,
        found.box.map((values) => values?.[0] ?? 0),
      ),
      problem: `A more sensitive label gains a destination: with ${step}, ${sayMayGo(found)}, and could not without.`,
      witness: found.example,
    },
  ]
}

/** The route of the first request that gained. */
function routeOf({ diagram, routes }: Model, point: readonly number[]): string | null {
  return routes.find(({ reached }) => includes(diagram, reached, point))?.rule.id ?? null
}

/** A set of requests in the raw form at the first time, without regard to form and time. */
function asItCame(model: Model, set: Node): Node {
  const { diagram, space } = model
  const formAt = space.at('form')
  const raw = formAt < 0 ? set : restrict(diagram, set, formAt, 0)
  return today(model, raw)
}

const capital = (words: string): string => `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
