import { both, categoryWord, either, handlingWords, SCAN_WORDS } from '../words.ts'
import type { Box } from './diagram-queries.ts'
import { OTHER, type Space, type Variable } from './space.ts'

/** A box of the space in words. */
export type Words = {
  /** "restricted data that holds secrets, from team red". */
  readonly data: string
  /** Undefined where it is any. */
  readonly destinations: string | undefined
  /** " from 2026-12-01 until 2027-02-15", or nothing. */
  readonly days: string
}

type Said = {
  noun: string
  destinations: string | undefined
  days: string
  readonly held: string[]
  readonly lacked: string[]
  readonly free: string[]
  readonly under: string[]
  readonly notUnder: string[]
  readonly others: string[]
}

export function describeBox({ variables }: Space, box: Box): Words {
  const said: Said = {
    noun: 'any data',
    destinations: undefined,
    days: '',
    held: [],
    lacked: [],
    free: [],
    under: [],
    notUnder: [],
    others: [],
  }
  for (const [at, variable] of variables.entries()) {
    const positions = box[at]
    if (positions !== undefined) say(said, variable, positions)
    else if (variable.kind === 'category') said.free.push(categoryWord(variable.category))
  }
  const clauses = [
    ...categoryClauses(said),
    ...clause('protected by the law of', both(said.under)),
    ...clause('not protected by the law of', either(said.notUnder)),
    ...said.others,
  ]
  const { noun, destinations, days } = said
  return { data: clauses.length === 0 ? noun : `${noun} ${both(clauses)}`, destinations, days }
}

function say(said: Said, variable: Variable, positions: readonly number[]): void {
  const isTrue = positions[0] === 1
  switch (variable.kind) {
    case 'level':
      said.noun = `${either(at(variable.values, positions))} data`
      return
    case 'category':
      ;(isTrue ? said.held : said.lacked).push(categoryWord(variable.category))
      return
    case 'jurisdiction':
      ;(isTrue ? said.under : said.notUnder).push(variable.countries.title)
      return
    case 'destination':
      said.destinations = either(at(variable.values, positions))
      return
    case 'time':
      said.days = daysOf(variable.values, positions)
      return
    case 'scan': {
      const words = at(variable.values, positions).map((one) => SCAN_WORDS[one])
      said.others.push(`in a request that ${either(words)}`)
      return
    }
    case 'handling':
      said.others.push(
        ...at(variable.values, positions).map((one) => handlingWords(variable.field, one)),
      )
      return
    case 'form':
      said.others.push(isTrue ? 'after redaction' : 'as it came')
      return
    case 'quality':
      said.others.push(`for which quality ${either(at(variable.values, positions))} is asked`)
      return
    case 'fact':
      return
    default:
      said.others.push(callerWords(variable.kind, at(variable.values, positions)))
  }
}

const at = <T>(values: readonly T[], positions: readonly number[]): readonly T[] =>
  values.filter((_, position) => positions.includes(position))

/** More categories that it lacks are told by what remains. */
const CATEGORIES_TOLD_MAX = 3

function categoryClauses({ held, lacked, free }: Said): readonly string[] {
  const holding = clause('that holds', both(held))
  if (lacked.length <= CATEGORIES_TOLD_MAX)
    return [...holding, ...clause('that does not hold', either(lacked))]
  const others = held.length === 0 ? 'that holds no category' : 'no other category'
  if (free.length === 0) return [[...holding, `${others} that rules name`].join(' and ')]
  if (free.length <= CATEGORIES_TOLD_MAX)
    return [[...holding, `${others} that rules name but perhaps ${either(free)}`].join(' and ')]
  const told = lacked.slice(0, CATEGORIES_TOLD_MAX)
  const untold = lacked.length - told.length
  return [...holding, `that does not hold ${told.join(', ')} or ${untold} more`]
}

const clause = (words: string, list: string): string[] => (list === '' ? [] : [`${words} ${list}`])

const CALLER_WORDS = {
  team: ['from team', 'from a team that no rule names'],
  app: ['from app', 'from an app that no rule names'],
  purpose: ['for the purpose', 'for a purpose that no rule names'],
  operation: ['sent for', ''],
} as const

function callerWords(kind: keyof typeof CALLER_WORDS, values: readonly string[]): string {
  const [named, other] = CALLER_WORDS[kind]
  const names = values.filter((value) => value !== OTHER)
  return either([
    ...(names.length === 0 ? [] : [`${named} ${either(names)}`]),
    ...(values.includes(OTHER) ? [other] : []),
  ])
}

/** The days of some spans. Spans that follow each other are one. */
function daysOf(starts: readonly number[], positions: readonly number[]): string {
  const spans: { from: number; end: number }[] = []
  for (const position of positions) {
    const last = spans.at(-1)
    if (last?.end === position) last.end++
    else spans.push({ from: position, end: position + 1 })
  }
  const phrases = spans.map(({ from, end }) => {
    const begin = from === 0 ? '' : ` from ${dayOf(starts[from] ?? 0)}`
    const until = starts[end]
    return `${begin}${until === undefined ? ' on' : ` until ${dayOf(until)}`}`
  })
  return phrases.join(' and')
}

/** A moment as a date in UTC. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
