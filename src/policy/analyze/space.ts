import { LEVELS, SCANS } from '../../domain/label.ts'
import { type Handling, OPERATIONS, QUALITIES } from '../../domain/request.ts'
import { countriesOf, type Groups, type RequestAttributes } from '../conditions.ts'
import type { Bundle, RequestCondition } from '../schema.ts'

/** What stands for every name that no rule uses. */
export const OTHER = '(other)'

/** Jurisdictions that no rule can tell apart. */
export type CountryClass = {
  /** Empty for the class of all countries that no rule names. */
  readonly countries: readonly string[]
  readonly title: string
}

/** One attribute, with the finitely many values that the rules can tell apart. */
export type Variable =
  | { readonly kind: 'scan'; readonly values: typeof SCANS }
  | { readonly kind: 'level'; readonly values: typeof LEVELS }
  | { readonly kind: 'category'; readonly category: string; readonly values: readonly boolean[] }
  | {
      readonly kind: 'jurisdiction'
      readonly countries: CountryClass
      readonly values: readonly boolean[]
    }
  | {
      readonly kind: 'team' | 'app' | 'purpose' | 'quality' | 'operation'
      readonly values: readonly string[]
    }
  | {
      readonly kind: 'handling'
      readonly field: keyof Handling
      readonly values: readonly unknown[]
    }
  /** Of destinations that there could be: see `any-destination.ts`. */
  | { readonly kind: 'fact'; readonly name: string; readonly values: readonly unknown[] }
  | { readonly kind: 'form'; readonly values: readonly ('raw' | 'redacted')[] }
  | { readonly kind: 'destination'; readonly values: readonly string[] }
  /** Spans of days between which nothing changes, by the moment at which each begins, in milliseconds. */
  | { readonly kind: 'time'; readonly values: readonly number[] }

/** Everything that decisions depend on, as a finite space: exact, because no rule can tell the values of one class apart. */
export type Space = {
  readonly variables: readonly Variable[]
  /** Position of a variable, by its kind and what distinguishes it from others of the kind; -1 if no rule looks at it. */
  readonly at: (kind: Variable['kind'], name?: string) => number
  readonly countryClasses: readonly CountryClass[]
}

const BOOLEAN = [false, true] as const

/** The space in which some policies, and claims about them, can be told apart. `times` begins with the moment that is asked about. */
export function spaceOf(
  bundles: readonly Bundle[],
  claims: readonly RequestCondition[],
  times: readonly number[],
): Space {
  const conditions = [...bundles.flatMap(conditionsOf), ...claims]
  const countryClasses = countryClassesOf(conditions, bundles)
  const canRedact = bundles.some(({ obligations }) =>
    obligations.some(({ must, level }) => 'redact' in must && level !== 'simulate'),
  )
  // The order decides how large the diagram gets: callers before categories took a third fewer nodes on a thousand random rules.
  const variables: readonly Variable[] = [
    { kind: 'scan', values: SCANS },
    { kind: 'level', values: LEVELS },
    ...(['team', 'app', 'purpose'] as const).flatMap((kind) => {
      const names = unique(conditions.flatMap((condition) => condition[kind] ?? []))
      return names.length === 0 ? [] : [{ kind, values: [...names, OTHER] }]
    }),
    ...(conditions.some(({ quality }) => quality !== undefined)
      ? [{ kind: 'quality', values: QUALITIES } as const]
      : []),
    ...(conditions.some(({ operation }) => operation !== undefined)
      ? [{ kind: 'operation', values: OPERATIONS } as const]
      : []),
    ...categoriesOf(conditions).map(
      (category) => ({ kind: 'category', category, values: BOOLEAN }) as const,
    ),
    ...countryClasses.map(
      (countries) => ({ kind: 'jurisdiction', countries, values: BOOLEAN }) as const,
    ),
    ...handlingVariables(conditions),
    ...(canRedact ? [{ kind: 'form', values: ['raw', 'redacted'] } as const] : []),
    {
      kind: 'destination',
      values: unique(bundles.flatMap(({ destinations }) => destinations.map(({ id }) => id))),
    },
    { kind: 'time', values: times },
  ]
  const positions = new Map(variables.map((variable, at) => [keyOf(variable), at]))
  return {
    variables,
    at: (kind, name = '') => positions.get(`${kind} ${name}`) ?? -1,
    countryClasses,
  }
}

const keyOf = (variable: Variable): string => {
  switch (variable.kind) {
    case 'category':
      return `category ${variable.category}`
    case 'jurisdiction':
      return `jurisdiction ${variable.countries.countries[0] ?? ''}`
    case 'handling':
      return `handling ${variable.field}`
    default:
      return `${variable.kind} `
  }
}

const conditionsOf = (bundle: Bundle): readonly RequestCondition[] =>
  (['guardrails', 'routes', 'obligations', 'waivers', 'invariants'] as const).flatMap((table) =>
    bundle[table].map(({ when }) => when),
  )

const categoriesOf = (conditions: readonly RequestCondition[]): readonly string[] =>
  unique(
    conditions.flatMap(({ categories }) => [
      ...(categories?.any ?? []),
      ...(categories?.all ?? []),
      ...(categories?.none ?? []),
    ]),
  ).toSorted()

/** Countries are alike if they are in the same of all lists that rules use. */
function countryClassesOf(
  conditions: readonly RequestCondition[],
  bundles: readonly Bundle[],
): readonly CountryClass[] {
  const lists = new Map<string, ReadonlySet<string>>()
  for (const bundle of bundles) {
    const groups = bundle.attributes.countryGroups
    for (const { jurisdictions } of conditions)
      for (const place of jurisdictions?.any ?? []) {
        const countries = countriesOf([place], groups)
        lists.set([...countries].join(), countries)
      }
  }
  if (!conditions.some(({ jurisdictions }) => jurisdictions !== undefined)) return []
  const classes = new Map<string, string[]>()
  for (const country of new Set([...lists.values()].flatMap((list) => [...list]))) {
    const signature = [...lists.values()].map((list) => (list.has(country) ? 1 : 0)).join('')
    const members = classes.get(signature)
    if (members === undefined) classes.set(signature, [country])
    else members.push(country)
  }
  const groups = Object.assign({}, ...bundles.map(({ attributes }) => attributes.countryGroups))
  return [
    ...[...classes.values()].map((countries) => ({ countries, title: titleOf(countries, groups) })),
    { countries: [], title: 'another country' },
  ]
}

const COUNTRIES_NAMED_MAX = 4

function titleOf(countries: readonly string[], groups: Groups): string {
  const members = countries.toSorted().join()
  const group = Object.values(groups).find(
    (one) => one.countries.toSorted().join() === members && countries.length > 1,
  )
  if (group !== undefined) return group.title
  const named = countries.slice(0, COUNTRIES_NAMED_MAX).join(', ')
  return countries.length > COUNTRIES_NAMED_MAX
    ? `${named} or ${countries.length - COUNTRIES_NAMED_MAX} like them`
    : named
}

function handlingVariables(conditions: readonly RequestCondition[]): readonly Variable[] {
  const isUsed = (field: keyof Handling): boolean =>
    // An obligation on caches looks at `longCache` without naming it.
    field === 'longCache' || conditions.some(({ handling }) => handling?.[field] !== undefined)
  const flags = (['stored', 'hostedTools', 'longCache'] as const).filter(isUsed)
  return [
    ...flags.map((field) => ({ kind: 'handling', field, values: BOOLEAN }) as const),
    ...(isUsed('serviceTier')
      ? [{ kind: 'handling', field: 'serviceTier', values: ['default', 'other'] } as const]
      : []),
  ]
}

/** The point of a request, but for form, destination and time, which have the value 0. */
export function pointOf(space: Space, request: RequestAttributes): readonly number[] {
  const { label, handling } = request
  const known = new Set(space.countryClasses.flatMap(({ countries }) => countries))
  const hasOther = label.jurisdictions.some((country) => !known.has(country))
  return space.variables.map((variable) => {
    switch (variable.kind) {
      case 'scan':
        return variable.values.indexOf(label.scan)
      case 'level':
        return variable.values.indexOf(label.level)
      case 'category':
        return label.categories.some((one) => one === variable.category) ? 1 : 0
      case 'jurisdiction': {
        const { countries } = variable.countries
        if (countries.length === 0) return hasOther ? 1 : 0
        return label.jurisdictions.some((one) => countries.includes(one)) ? 1 : 0
      }
      case 'handling':
        return variable.values.indexOf(handling[variable.field])
      case 'team':
      case 'app':
      case 'purpose':
      case 'quality':
      case 'operation': {
        const value = variable.values.indexOf(request[variable.kind])
        return value < 0 ? variable.values.length - 1 : value
      }
      case 'fact':
      case 'form':
      case 'destination':
      case 'time':
        return 0
    }
  })
}

export const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)]
