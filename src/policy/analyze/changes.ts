import type { Bundle } from '../schema.ts'
import { type Expiry, expiriesAt } from './calendar.ts'
import { dayOf } from './box-words.ts'
import { type Case, casesOf, sayMayGo } from './cases.ts'
import { restrict } from './diagram-queries.ts'
import type { Finding } from './findings.ts'
import type { Model } from './model.ts'

/** What is different from the start of a day on, because facts, waivers or windows begin or end. */
export type Change = {
  /** In milliseconds, the start of the day in UTC. */
  readonly atMs: number
  readonly expiries: readonly Expiry[]
  /** "waiver pilot-fraud ends", "guardrail x begins". */
  readonly turns: readonly string[]
  readonly gained: readonly Case[]
  readonly lost: readonly Case[]
}

const CASES_MAX = 2
/** Further dates are years away, and each costs a walk over the whole diagram. */
const CHANGES_MAX = 24

/** All changes ahead, the next first. Days on which nothing is permitted or forbidden anew are left out. */
export function changesAhead(model: Model, times: readonly number[]): readonly Change[] {
  const { diagram, space, permitted, bundle } = model
  const timeAt = space.at('time')
  const layers = times
    .slice(0, CHANGES_MAX + 1)
    .map((_, value) => restrict(diagram, permitted, timeAt, value))
  return layers.flatMap((after, value) => {
    const before = layers[value - 1]
    const atMs = times[value]
    if (before === undefined || atMs === undefined || before === after) return []
    return [
      {
        atMs,
        expiries: expiriesAt(bundle, atMs),
        turns: turnsAt(bundle, atMs),
        gained: casesOf(model, diagram.without(after, before), CASES_MAX).cases,
        lost: casesOf(model, diagram.without(before, after), CASES_MAX).cases,
      },
    ]
  })
}

function turnsAt(bundle: Bundle, atMs: number): readonly string[] {
  const isToday = (date: string | undefined): boolean =>
    date !== undefined && Date.parse(date) === atMs
  const turn = (what: string, id: string, from?: string, until?: string): string[] => [
    ...(isToday(from) ? [`${what} ${id} begins`] : []),
    ...(isToday(until) ? [`${what} ${id} ends`] : []),
  ]
  return [
    ...bundle.waivers.flatMap(({ id, from, expires }) => turn('waiver', id, from, expires)),
    ...bundle.guardrails.flatMap(({ id, window }) =>
      turn('guardrail', id, window?.from, window?.until),
    ),
    ...bundle.routes.flatMap(({ id, window }) => turn('route', id, window?.from, window?.until)),
    ...bundle.obligations.flatMap(({ id, window }) =>
      turn('obligation', id, window?.from, window?.until),
    ),
  ]
}

const DAY_MS = 86_400_000
/** Owners are warned from 30 days before on. */
const WARN_DAYS = 30

/** Says that the list of changes ends before they do; undefined if it does not. */
export function unlistedFinding(times: readonly number[]): Finding | undefined {
  const first = times[CHANGES_MAX + 1]
  if (first === undefined) return undefined
  return {
    kind: 'change-ahead',
    severity: 'note',
    rule: null,
    problem: `Changes from ${dayOf(first)} on are not listed. Proofs count them.`,
    witness: { on: dayOf(first) },
  }
}

/** A change as a finding. `nowMs` is the moment of the analysis. */
export function changeFinding(change: Change, nowMs: number): Finding {
  const { atMs, expiries, turns, gained, lost } = change
  const days = Math.ceil((atMs - nowMs) / DAY_MS)
  const causes = [...expiryPhrases(expiries), ...turns]
  const effects = [
    ...lost.map((one) => `no longer: ${sayMayGo(one)}`),
    ...gained.map((one) => `new: ${sayMayGo(one)}`),
  ]
  return {
    kind: 'change-ahead',
    severity: days <= WARN_DAYS ? 'warning' : 'note',
    rule: expiries[0]?.destination ?? null,
    problem: `On ${dayOf(atMs)}, in ${days} days, ${causes.join(', ')}. From then on, ${effects.join('; ')}.`,
    witness: { on: dayOf(atMs), expiries, turns, lost: examples(lost), gained: examples(gained) },
  }
}

function expiryPhrases(expiries: readonly Expiry[]): readonly string[] {
  const byDestination = new Map<string, string[]>()
  for (const { destination, fact } of expiries)
    byDestination.set(destination, [...(byDestination.get(destination) ?? []), fact])
  return [...byDestination].map(
    ([id, facts]) => `what is known of ${id} expires (${facts.join(', ')})`,
  )
}

const examples = (cases: readonly Case[]) => cases.map(({ example }) => example)
