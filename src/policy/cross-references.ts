import { DestinationClass } from '../domain/destination.ts'
import { DAY_MS } from './facts.ts'
import type { PolicyProblem } from './problem.ts'
import type { Bundle, DestinationCondition, RequestCondition } from './schema.ts'

/** Words that a receipt uses for removals of its own, and so no rule may have as its id. */
const OWN_REASONS = [
  'adapter',
  'attempt-limit',
  'capability',
  'context',
  'cooling',
  'cost-limit',
  'model-refused',
  'no-bound',
  'no-route',
  'output-limit',
  'price-unknown',
  'quality',
  'redaction-incomplete',
  'route',
  'safe-mode',
  'strict',
  'unconfigured',
] as const

const WAIVER_DAYS_MAX = 90
const TABLES = [
  'guardrails',
  'routes',
  'obligations',
  'waivers',
  'invariants',
  'destinations',
  'models',
  'aliases',
  'budgets',
] as const

/** Names that no table defines, ids that two entries share, and dates that cannot be. */
export function crossReferenceProblems(
  bundle: Bundle,
  adapters: readonly string[] | undefined,
): readonly PolicyProblem[] {
  return [
    ...duplicates(bundle),
    ...ruleProblems(bundle),
    ...routeProblems(bundle),
    ...waiverProblems(bundle),
    ...catalogProblems(bundle, adapters),
    ...priceProblems(bundle),
    ...nameProblems(bundle),
    ...budgetProblems(bundle),
  ]
}

function duplicates(bundle: Bundle): PolicyProblem[] {
  const problems: PolicyProblem[] = []
  const rules = new Set<string>()
  for (const table of TABLES) {
    const ids = new Set<string>()
    for (const [at, { id }] of bundle[table].entries()) {
      // Receipts name rules by id alone, so rules of different tables may not share one either.
      const isRule = table === 'guardrails' || table === 'routes' || table === 'obligations'
      const seen = isRule ? rules : ids
      if (seen.has(id)) problems.push(problem([table, at, 'id'], id, 'this id is used twice'))
      seen.add(id)
    }
  }
  return problems
}

function ruleProblems(bundle: Bundle): PolicyProblem[] {
  const problems: PolicyProblem[] = []
  for (const table of ['guardrails', 'routes', 'obligations', 'waivers', 'invariants'] as const) {
    for (const [at, rule] of bundle[table].entries()) {
      if ((OWN_REASONS as readonly string[]).includes(rule.id))
        problems.push(problem([table, at, 'id'], rule.id, 'receipts use this word themselves'))
      problems.push(...requestProblems(bundle, [table, at, 'when'], rule.id, rule.when))
      const to = 'never' in rule ? rule.never : 'to' in rule ? rule.to : undefined
      if (to === undefined) continue
      problems.push(...destinationProblems(bundle, [table, at], rule.id, to))
      problems.push(...namedProblems(bundle, [table, at], rule.id, to))
    }
  }
  return problems
}

type Path = readonly (string | number)[]

const problem = (path: Path, rule: string | null, text: string): PolicyProblem => ({
  path,
  rule,
  problem: text,
})

function requestProblems(
  { attributes }: Bundle,
  path: Path,
  rule: string,
  when: RequestCondition,
): PolicyProblem[] {
  const { any = [], all = [], none = [] } = when.categories ?? {}
  const declared = [...any, ...all, ...none].flatMap((category) =>
    category.startsWith('declared:') ? [category.slice('declared:'.length)] : [],
  )
  const groups = Object.keys(attributes.countryGroups)
  const check = (names: readonly string[] | undefined, known: readonly string[], what: string) =>
    unknownNames(names ?? [], known).map((name) =>
      problem(path, rule, `${what} ${name} is not in attributes.yaml; there are ${listed(known)}`),
    )
  return [
    ...check(declared, attributes.declaredCategories, 'declared category'),
    ...check(when.team, attributes.teams, 'team'),
    ...check(when.app, attributes.apps, 'app'),
    ...check(when.purpose, attributes.purposes, 'purpose'),
    ...check(groupsIn(when.jurisdictions?.any), groups, 'country group'),
  ]
}

function destinationProblems(
  { attributes }: Bundle,
  path: Path,
  rule: string,
  { countries }: DestinationCondition,
): PolicyProblem[] {
  const groups = Object.keys(attributes.countryGroups)
  const places =
    countries === undefined ? [] : 'any' in countries ? countries.any : countries.outside
  return unknownNames(groupsIn(places), groups).map((name) =>
    problem(
      path,
      rule,
      `country group ${name} is not in attributes.yaml; there are ${listed(groups)}`,
    ),
  )
}

/** What an emergency stop is called: the one rule that may name a destination, because it is about that one and about now. */
export const STOP_PREFIX = 'stop-'

function namedProblems(
  { destinations }: Bundle,
  path: Path,
  rule: string,
  { destination }: DestinationCondition,
): PolicyProblem[] {
  if (destination === undefined) return []
  const ids = destinations.map(({ id }) => id)
  return [
    ...(path[0] === 'guardrails' && rule.startsWith(STOP_PREFIX)
      ? []
      : [
          problem(
            [...path, 'never', 'destination'],
            rule,
            `only an emergency stop (${STOP_PREFIX}…) names a destination; other rules speak of its facts`,
          ),
        ]),
    ...unknownNames(destination, ids).map((name) =>
      problem(
        [...path, 'never', 'destination'],
        rule,
        `no destination ${name}; there are ${listed(ids)}`,
      ),
    ),
  ]
}

const groupsIn = (places: readonly string[] | undefined): readonly string[] =>
  (places ?? []).filter((place) => place !== place.toUpperCase())

function routeProblems({ routes, destinations }: Bundle): PolicyProblem[] {
  const known = ['cheapest', ...DestinationClass.options, ...destinations.map(({ id }) => id)]
  return routes.flatMap(({ id, prefer }, at) =>
    unknownNames(prefer.flat(), known).map((name) =>
      problem(['routes', at, 'prefer'], id, `${name} is no target; there are ${listed(known)}`),
    ),
  )
}

function waiverProblems({ waivers, guardrails }: Bundle): PolicyProblem[] {
  return waivers.flatMap(({ id, guardrail, from, expires, approvers }, at) => {
    const path = ['waivers', at]
    const waived = guardrails.find((one) => one.id === guardrail)
    const days = (Date.parse(expires) - Date.parse(from)) / DAY_MS
    return [
      ...(waived?.level === 'enforce'
        ? []
        : [problem([...path, 'guardrail'], id, 'only a guardrail of level enforce can be waived')]),
      ...(days >= 0 && days <= WAIVER_DAYS_MAX
        ? []
        : [problem([...path, 'expires'], id, `from 0 to ${WAIVER_DAYS_MAX} days after \`from\``)]),
      ...(new Set(approvers).size === approvers.length
        ? []
        : [problem([...path, 'approvers'], id, 'two different people approve')]),
    ]
  })
}

function catalogProblems(
  { destinations, models }: Bundle,
  adapters: readonly string[] | undefined,
): PolicyProblem[] {
  const ids = destinations.map(({ id }) => id)
  const reserved: readonly string[] = ['cheapest', 'auto', ...DestinationClass.options]
  return [
    ...destinations.flatMap(({ id, adapter }, at) => [
      ...(adapters === undefined || adapters.includes(adapter)
        ? []
        : [
            problem(
              ['destinations', at, 'adapter'],
              id,
              `no adapter ${adapter}; there are ${listed(adapters)}`,
            ),
          ]),
      ...(reserved.includes(id)
        ? [problem(['destinations', at, 'id'], id, 'this word means something else in routes')]
        : []),
    ]),
    ...models.flatMap(({ id, offers }, at) =>
      offers.flatMap(({ destination }, offer) => {
        const path = ['models', at, 'offers', offer, 'destination']
        if (!ids.includes(destination))
          return [problem(path, id, `no destination ${destination}; there are ${listed(ids)}`)]
        const isFirst = offers.findIndex((one) => one.destination === destination) === offer
        return isFirst ? [] : [problem(path, id, `${destination} offers this model twice`)]
      }),
    ),
  ]
}

function priceProblems({ prices, models, destinations }: Bundle): PolicyProblem[] {
  const offered = new Set(
    models.flatMap(({ id, offers }) => offers.map(({ destination }) => `${destination}/${id}`)),
  )
  const ids = new Set(destinations.map(({ id }) => id))
  const versions = new Set<string>()
  return prices.flatMap(({ version, destination, model }, at) => {
    const isRepeated = versions.has(version)
    versions.add(version)
    return [
      ...(isRepeated
        ? [problem(['prices', at, 'version'], version, 'this version is used twice')]
        : []),
      ...(offered.has(`${destination}/${model}`)
        ? []
        : [
            problem(
              ['prices', at],
              version,
              ids.has(destination)
                ? `models.yaml offers no ${model} at ${destination}`
                : `no destination ${destination}`,
            ),
          ]),
    ]
  })
}

/** Aliases share one name space with models and `auto`, because callers write all three in the same field. */
function nameProblems({ aliases, models }: Bundle): PolicyProblem[] {
  const ids = models.map(({ id }) => id)
  return [
    ...aliases.flatMap(({ id, models: members }, at) => [
      ...unknownNames(members, ids).map((name) =>
        problem(['aliases', at, 'models'], id, `no model ${name} in models.yaml`),
      ),
      ...(id === 'auto' || ids.includes(id)
        ? [problem(['aliases', at, 'id'], id, 'a model has this name')]
        : []),
    ]),
    ...models.flatMap(({ id }, at) =>
      id === 'auto' ? [problem(['models', at, 'id'], id, 'auto means every model')] : [],
    ),
  ]
}

function budgetProblems({ budgets, attributes }: Bundle): PolicyProblem[] {
  return budgets.flatMap(({ id, scope, name }, at) => {
    if (scope === 'tenant')
      return name === undefined ? [] : [problem(['budgets', at, 'name'], id, 'none for the tenant')]
    if (name === undefined) return [problem(['budgets', at], id, `name of the ${scope} is missing`)]
    const known = scope === 'team' ? attributes.teams : scope === 'app' ? attributes.apps : [name]
    return known.includes(name)
      ? []
      : [problem(['budgets', at, 'name'], id, `no ${scope} ${name}; there are ${listed(known)}`)]
  })
}

const unknownNames = (names: readonly string[], known: readonly string[]): readonly string[] =>
  names.filter((name) => !known.includes(name))

const listed = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : names.join(', ')
