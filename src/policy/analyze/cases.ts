import type { Node } from './diagram.ts'
import { type Box, boxSet, coverOf, firstPoint, shareOf } from './diagram-queries.ts'
import type { Ground } from './sets.ts'
import { OTHER, type Space, type Variable } from './space.ts'
import { both, categoryWord, either, handlingWords, SCAN_WORDS } from '../words.ts'

/** A part of a set that can be said in one sentence, with one request of it as an example. */
export type Case = {
  /** "restricted data from team red may go to openai" without the verb: see `describeBox`. */
  readonly box: Box
  readonly words: Words
  readonly example: Example
}

export type Words = {
  readonly data: string
  /** Undefined where it is any. */
  readonly destinations: string | undefined
  /** " from 2026-12-01 until 2027-02-15", or nothing. */
  readonly days: string
}

/** One request and place as JSON. Attributes that no rule looks at are left out: they may be anything. */
export type Example = {
  readonly label: {
    readonly level: string
    readonly categories: readonly string[]
    readonly jurisdictions: readonly string[]
    readonly scan: string
  }
  readonly team?: string
  readonly app?: string
  readonly purpose?: string
  readonly quality?: string
  readonly operation?: string
  readonly handling?: Readonly<Record<string, unknown>>
  readonly form?: string
  readonly destination?: string
  /** First day (UTC) on which it is so, as a date. */
  readonly from?: string
}

/** The largest parts of a set, and the share of the set's cells that they leave out. */
export function casesOf(
  ground: Ground,
  set: Node,
  casesMax: number,
): { readonly cases: readonly Case[]; readonly isWhole: boolean } {
  const { diagram, space } = ground
  const { boxes, rest } = coverOf(diagram, set, casesMax, readingOrder(space))
  const cases = boxes.flatMap((box) => {
    const point = firstPoint(diagram, boxSet(diagram, box))
    return point === undefined
      ? []
      : [{ box, words: describeBox(space, box), example: exampleOf(space, point) }]
  })
  return { cases, isWhole: rest === 0 }
}

/** Days and forms are freed first: a case that holds always, however it is sent, is the one to be told. Destinations say most. */
function readingOrder({ variables }: Space): readonly number[] {
  const weight = (at: number): number =>
    ({ time: 0, form: 1, destination: 3 } as Readonly<Record<string, number>>)[
      variables[at]?.kind ?? ''
    ] ?? 2
  return [...variables.keys()].toSorted((a, b) => weight(a) - weight(b))
}

/** One case of a set, by its first point; undefined if the set is empty. */
export const caseOf = (ground: Ground, set: Node): Case | undefined =>
  casesOf(ground, set, 1).cases[0]

/** How much of the space a set fills, in words. */
export function shareWords({ diagram }: Ground, set: Node): string {
  const percent = shareOf(diagram, set) * 100
  return percent < 0.01 ? 'under 0.01 %' : `${percent.toPrecision(2)} %`
}

/** "restricted data from team red may go to openai from 2026-12-01 on". */
export const sayMayGo = ({ words: { data, destinations, days } }: Case): string =>
  `${data} may go to ${destinations ?? 'any destination'}${days}`

export function describeBox(space: Space, box: Box): Words {
  const valuesOf = <K extends Variable['kind']>(
    kind: K,
  ): readonly {
    readonly variable: Extract<Variable, { readonly kind: K }>
    readonly values: readonly unknown[]
  }[] =>
    space.variables.flatMap((variable, at) => {
      const positions = box[at]
      if (variable.kind !== kind || positions === undefined) return []
      const values = positions.map((position) => variable.values[position])
      return [{ variable: variable as Extract<Variable, { readonly kind: K }>, values }]
    })
  const [level] = valuesOf('level')
  const noun = level === undefined ? 'any data' : `${either(level.values.map(String))} data`
  const categories = valuesOf('category')
  const held = (value: boolean): readonly string[] =>
    categories
      .filter(({ values }) => values[0] === value)
      .map(({ variable }) => categoryWord(variable.category))
  const under = (value: boolean): readonly string[] =>
    valuesOf('jurisdiction')
      .filter(({ values }) => values[0] === value)
      .map(({ variable }) => variable.countries.title)
  const clauses = [
    ...categoryClauses(held(true), held(false), freeCategories(space, box)),
    ...clause('protected by the law of', both(under(true))),
    ...clause('not protected by the law of', either(under(false))),
    ...valuesOf('scan').map(
      ({ values }) =>
        `in a request that ${either(values.map((value) => SCAN_WORDS[value as keyof typeof SCAN_WORDS]))}`,
    ),
    ...callerClauses(space, box),
    ...valuesOf('handling').map(({ variable, values }) => handlingWords(variable.field, values[0])),
    ...valuesOf('form').map(({ values }) =>
      values[0] === 'raw' ? 'as it came' : 'after redaction',
    ),
  ]
  const [destination] = valuesOf('destination')
  const [time] = valuesOf('time')
  return {
    data: clauses.length === 0 ? noun : `${noun} ${both(clauses)}`,
    destinations: destination === undefined ? undefined : either(destination.values.map(String)),
    days: time === undefined ? '' : daysOf(time.variable.values, time.values.map(Number)),
  }
}

const freeCategories = ({ variables }: Space, box: Box): readonly string[] =>
  variables.flatMap((variable, at) =>
    variable.kind === 'category' && box[at] === undefined ? [categoryWord(variable.category)] : [],
  )

/** More of them are told by what remains. */
const CATEGORIES_TOLD_MAX = 3

function categoryClauses(
  held: readonly string[],
  lacked: readonly string[],
  free: readonly string[],
): readonly string[] {
  const holding = clause('that holds', both(held))
  if (lacked.length <= CATEGORIES_TOLD_MAX)
    return [...holding, ...clause('that does not hold', either(lacked))]
  const others = held.length === 0 ? 'that holds no category' : 'no other category'
  if (free.length === 0) return [[...holding, `${others} that rules name`].join(' and ')]
  if (free.length <= CATEGORIES_TOLD_MAX)
    return [[...holding, `${others} that rules name but perhaps ${either(free)}`].join(' and ')]
  const told = lacked.slice(0, CATEGORIES_TOLD_MAX)
  const untold = lacked.length - told.length
  return [...holding, `that does not hold ${told.join(', ')} or any of ${untold} others`]
}

const clause = (words: string, list: string): string[] => (list === '' ? [] : [`${words} ${list}`])

const CALLER_WORDS = {
  team: ['from team', 'from a team that no rule names'],
  app: ['from app', 'from an app that no rule names'],
  purpose: ['for the purpose', 'for a purpose that no rule names'],
  quality: ['for which quality', ''],
  operation: ['sent for', ''],
} as const

function callerClauses(space: Space, box: Box): readonly string[] {
  return (['team', 'app', 'purpose', 'quality', 'operation'] as const).flatMap((kind) => {
    const at = space.at(kind)
    const positions = box[at]
    if (positions === undefined) return []
    const values = positions.map((position) => String(space.variables[at]?.values[position]))
    const [named, other] = CALLER_WORDS[kind]
    const names = values.filter((value) => value !== OTHER)
    const phrases = [
      ...(names.length === 0 ? [] : [`${named} ${either(names)}`]),
      ...(values.includes(OTHER) ? [other] : []),
    ]
    return [kind === 'quality' ? `${phrases.join('')} is asked` : either(phrases)]
  })
}

/** The days of a set of spans. Spans that follow each other are one. */
function daysOf(all: readonly number[], starts: readonly number[]): string {
  const spans: { from: number; until: number | undefined }[] = []
  for (const from of starts) {
    const until = all[all.indexOf(from) + 1]
    const last = spans.at(-1)
    if (last?.until === from) last.until = until
    else spans.push({ from, until })
  }
  const phrases = spans.map(({ from, until }) => {
    const begin = from === all[0] ? '' : ` from ${dayOf(from)}`
    return `${begin}${until === undefined ? ' on' : ` until ${dayOf(until)}`}`
  })
  return phrases.join(' and')
}

/** A moment as a date in UTC. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)

export function exampleOf(space: Space, point: readonly number[]): Example {
  const valueAt = (kind: Variable['kind'], name = ''): unknown => {
    const at = space.at(kind, name)
    return space.variables[at]?.values[point[at] ?? 0]
  }
  const textAt = <K extends string>(kind: Variable['kind'] & K): { [key in K]?: string } => {
    const value = valueAt(kind)
    return value === undefined ? {} : ({ [kind]: String(value) } as { [key in K]?: string })
  }
  const isHeld = (at: number): boolean => point[at] === 1
  const handling = Object.fromEntries(
    space.variables.flatMap((variable, at) =>
      variable.kind === 'handling' ? [[variable.field, variable.values[point[at] ?? 0]]] : [],
    ),
  )
  return {
    label: {
      level: String(valueAt('level')),
      categories: space.variables.flatMap((variable, at) =>
        variable.kind === 'category' && isHeld(at) ? [variable.category] : [],
      ),
      jurisdictions: space.variables.flatMap((variable, at) =>
        variable.kind === 'jurisdiction' && isHeld(at)
          ? [variable.countries.countries[0] ?? ELSEWHERE]
          : [],
      ),
      scan: String(valueAt('scan')),
    },
    ...textAt('team'),
    ...textAt('app'),
    ...textAt('purpose'),
    ...textAt('quality'),
    ...textAt('operation'),
    ...(Object.keys(handling).length === 0 ? {} : { handling }),
    ...textAt('form'),
    ...textAt('destination'),
    from: dayOf(Number(valueAt('time'))),
  }
}

/** ISO 3166-1 leaves ZZ to users: here a country that no rule names. */
const ELSEWHERE = 'ZZ'
