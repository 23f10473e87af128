import { canonicalJson } from '../encoding/canonical-json.ts'
import { holdsAt } from './facts.ts'
import type { Change } from './lifecycle-events.ts'
import { lostStops } from './lifecycle-stop.ts'
import type { Bundle, Waiver } from './schema.ts'

/** How many people must approve a change, who must be among them, and why. */
export type Needs = {
  readonly needed: 1 | 2
  /** Approvers that new waivers name. */
  readonly named: readonly string[]
  readonly because: readonly string[]
}

/** Two people for whatever may open something, and for what the comparison of decisions cannot see; else one. Never the author. */
export function needsOf(
  before: Bundle | undefined,
  after: Bundle,
  change: Change,
  nowMs: number,
): Needs {
  const waivers = newWaivers(before, after)
  const named = [...new Set(waivers.flatMap(({ approvers }) => approvers))]
  const because = [
    ...(LOOSENING[change] === undefined ? [] : [LOOSENING[change]]),
    ...(before === undefined ? [] : unseenChanges(before, after, nowMs)),
    ...(named.length === 0 ? [] : [`its waivers name who approves them: ${named.join(', ')}`]),
  ]
  return because.length === 0
    ? { needed: 1, named, because: [`what changes is ${change.replace('-', ' ')}`] }
    : { needed: 2, named, because }
}

const LOOSENING: Readonly<Partial<Record<Change, string>>> = {
  first: 'it is the first policy of all',
  loosened: 'something is newly allowed, or no longer demanded',
  unknown: 'it is too large for an exact comparison, and so counts as loosened',
}

/** Waivers that were not there, or were others. */
const newWaivers = (before: Bundle | undefined, after: Bundle): readonly Waiver[] =>
  after.waivers.filter((one) => !hasSame(before?.waivers ?? [], one))

/**
 * Changes that no comparison of decisions shows: what the organisation promises itself, what counts as what, and whose machine answers
 * under a destination's name.
 */
function unseenChanges(before: Bundle, after: Bundle, nowMs: number): string[] {
  const live = ({ waivers }: Bundle) => waivers.filter(({ expires }) => holdsAt(expires, nowMs))
  return [
    ...lostStops(before, after, []).map(({ id }) => `the emergency stop ${id} ends`),
    ...(isSame(before.invariants, after.invariants) ? [] : ['an invariant is changed']),
    ...(isSame(live(before), live(after)) ? [] : ['a waiver is changed']),
    ...(isSame(before.labels.table ?? null, after.labels.table ?? null)
      ? []
      : ['the table that says what counts as which level is changed']),
    ...movedDestinations(before, after).map(
      (id) => `${id} is served by another adapter, account or region`,
    ),
  ]
}

const movedDestinations = (before: Bundle, after: Bundle): readonly string[] =>
  after.destinations.flatMap(({ id, adapter, account, region }) => {
    const known = before.destinations.find((one) => one.id === id)
    const isMoved =
      known !== undefined &&
      (known.adapter !== adapter || known.account !== account || known.region !== region)
    return isMoved ? [id] : []
  })

const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

const hasSame = (list: readonly { readonly id: string }[], one: { readonly id: string }): boolean =>
  list.some((other) => other.id === one.id && isSame(other, one))

/** Whether a comparison made later asks for more than the one that was approved. */
export const isLooser = (now: Change, approved: Change): boolean =>
  LOOSENING[now] !== undefined && LOOSENING[approved] === undefined
