import * as z from 'zod'
import { DestinationClass } from '../domain/destination.ts'
import { canonicalJson } from '../encoding/canonical-json.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { STOP_PREFIX } from './cross-references.ts'
import type { Bundle, DestinationCondition, Guardrail } from './schema.ts'

/** What an emergency stop keeps everything from. */
export const StopTarget = z.union([
  z.literal('third-parties'),
  z.strictObject({ destination: z.string().min(1) }),
  z.strictObject({ class: DestinationClass }),
])
export type StopTarget = z.infer<typeof StopTarget>

/** Who stops something, and why: it stands in the policy. */
export type StopOrder = {
  readonly target: StopTarget
  readonly by: string
  readonly reason: string
}

/**
 * The policy in force with one guardrail more, which nothing can lift: so it can only forbid. Fails if this is stopped already, or if there
 * is no such destination.
 */
export function withStop(
  bundle: Bundle,
  { target, by, reason }: StopOrder,
): Result<{ readonly bundle: Bundle; readonly stop: Guardrail }, string> {
  const never = neverOf(target)
  const same = standingStops(bundle).find((one) => isSame(one.never, never))
  if (same !== undefined) return err(`${same.id} is in force already`)
  const id = unusedId(bundle, stopId(target))
  const unknown = never.destination?.find((one) =>
    bundle.destinations.every((each) => each.id !== one),
  )
  if (unknown !== undefined) {
    const known = bundle.destinations.map((each) => each.id).join(', ')
    return err(`no destination ${unknown}; there are ${known}`)
  }
  const stop: Guardrail = {
    id,
    owner: by,
    because: reason,
    level: 'enforce-no-waiver',
    when: {},
    never,
  }
  return ok({ bundle: { ...bundle, guardrails: [stop, ...bundle.guardrails] }, stop })
}

function neverOf(target: StopTarget): DestinationCondition {
  if (target === 'third-parties') return { zone: 'third-party' }
  if ('destination' in target) return { destination: [target.destination] }
  return { class: [target.class] }
}

function stopId(target: StopTarget): string {
  if (target === 'third-parties') return `${STOP_PREFIX}third-parties`
  if ('class' in target) return `${STOP_PREFIX}class-${target.class}`
  return `${STOP_PREFIX}to-${target.destination.replaceAll('.', '-')}`.slice(0, STOP_ID_LENGTH_MAX)
}

/** Ids of rules have at most 64 characters; a number may follow. */
const STOP_ID_LENGTH_MAX = 60

function unusedId({ guardrails, routes, obligations }: Bundle, wanted: string): string {
  const taken = new Set([...guardrails, ...routes, ...obligations].map(({ id }) => id))
  let id = wanted
  for (let number = 2; taken.has(id); number++) id = `${wanted}-${number}`
  return id
}

const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

/** Emergency stops that stand in a policy. */
export const standingStops = ({ guardrails }: Bundle): readonly Guardrail[] =>
  guardrails.filter(({ id }) => id.startsWith(STOP_PREFIX))

/** The policy without an emergency stop. */
export function withoutStop(bundle: Bundle, id: string): Result<Bundle, string> {
  if (standingStops(bundle).every((one) => one.id !== id))
    return err(`no emergency stop ${id} is in force`)
  return ok({ ...bundle, guardrails: bundle.guardrails.filter((one) => one.id !== id) })
}

/** Stops of the policy in force that a new one would end without anybody saying so. */
export const lostStops = (
  before: Bundle,
  after: Bundle,
  lifts: readonly string[],
): readonly Guardrail[] =>
  standingStops(before).filter(
    ({ id }) => !lifts.includes(id) && after.guardrails.every((one) => one.id !== id),
  )
