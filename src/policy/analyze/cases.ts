import { dayOf, describeBox, type Words } from './box-words.ts'
import type { Node } from './diagram.ts'
import {
  type Box,
  boxSet,
  coverOf,
  enlarge,
  firstPoint,
  meets,
  shareOf,
} from './diagram-queries.ts'
import type { Ground } from './sets.ts'
import type { Space } from './space.ts'

/** A part of a set that can be said in one sentence, with one request of it as an example. */
export type Case = {
  readonly box: Box
  readonly words: Words
  readonly example: Example
}

/** One request and place as JSON. Attributes that no rule looks at are left out: they may be anything. */
export type Example = {
  readonly label: {
    readonly level: string
    readonly categories: readonly string[]
    readonly jurisdictions: readonly string[]
    readonly scan: string
  }
  readonly handling?: Readonly<Record<string, unknown>>
  /** First day (UTC) on which it is so, as a date. */
  readonly from?: string
} & { readonly [caller in Caller]?: string }

type Caller = 'team' | 'app' | 'purpose' | 'quality' | 'operation' | 'form' | 'destination'

/** The largest parts of a set, and the share of the set's cells that they leave out. */
export function casesOf(
  ground: Ground,
  set: Node,
  casesMax: number,
): { readonly cases: readonly Case[]; readonly isWhole: boolean } {
  const { diagram, space } = ground
  const { boxes, rest } = coverOf(diagram, set, casesMax, readingOrder(space), (left) =>
    soonestPoint(ground, left),
  )
  const cases = boxes.flatMap((box) => {
    const point = firstPoint(diagram, boxSet(diagram, box))
    return point === undefined
      ? []
      : [{ box, words: describeBox(space, box), example: exampleOf(space, point) }]
  })
  return { cases, isWhole: rest === 0 }
}

/** A point of a set on the first day on which there is one: what is so today says more than what will be next year. */
export function soonestPoint({ diagram, space }: Ground, set: Node): readonly number[] | undefined {
  const at = space.at('time')
  for (const time of space.variables[at]?.values.keys() ?? []) {
    const now = diagram.literal(at, (value) => value === time)
    if (meets(diagram, set, now)) return firstPoint(diagram, diagram.and(set, now))
  }
  return undefined
}

/** The case around one point of a set, with that point as its example. */
export function caseAround({ diagram, space }: Ground, point: readonly number[], set: Node): Case {
  const box = enlarge(diagram, point, set, readingOrder(space))
  return { box, words: describeBox(space, box), example: exampleOf(space, point) }
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

function exampleOf({ variables }: Space, point: readonly number[]): Example {
  const categories: string[] = []
  const jurisdictions: string[] = []
  const handling: Record<string, unknown> = {}
  const others: Partial<Record<'level' | 'scan' | 'from' | Caller, string>> = {}
  for (const [at, variable] of variables.entries()) {
    const position = point[at] ?? 0
    switch (variable.kind) {
      case 'category':
        if (position === 1) categories.push(variable.category)
        break
      case 'jurisdiction':
        if (position === 1) jurisdictions.push(variable.countries.countries[0] ?? ELSEWHERE)
        break
      case 'handling':
        handling[variable.field] = variable.values[position]
        break
      case 'time':
        others.from = dayOf(variable.values[position] ?? 0)
        break
      case 'fact':
        break
      default:
        others[variable.kind] = String(variable.values[position])
    }
  }
  const { level = '', scan = '', ...rest } = others
  return {
    label: { level, categories, jurisdictions, scan },
    ...rest,
    ...(Object.keys(handling).length === 0 ? {} : { handling }),
  }
}

/** ISO 3166-1 leaves ZZ to users: here a country that no rule names. */
const ELSEWHERE = 'ZZ'
