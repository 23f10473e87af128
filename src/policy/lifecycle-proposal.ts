import { err, ok, type Result } from '../domain/result.ts'
import { DAY_MS } from './facts.ts'
import type { Proposal } from './lifecycle-events.ts'
import { withoutStop } from './lifecycle-stop.ts'
import type { Bundle, Waiver } from './schema.ts'

/** An emergency waiver ends when the day after next begins (UTC), at the latest. */
const EMERGENCY_DAYS_MAX = 2

/**
 * The policy that a proposal makes of what is in force. `old` is the release that a rollback names. What comes out must be parsed: names
 * may point nowhere.
 */
export function proposedBundle(
  inForce: Bundle,
  proposal: Exclude<Proposal, { kind: 'tables' }>,
  old: Bundle | undefined,
): Result<Bundle, string> {
  switch (proposal.kind) {
    case 'waiver': {
      const others = inForce.waivers.filter(({ id }) => id !== proposal.waiver.id)
      return ok({ ...inForce, waivers: [...others, proposal.waiver] })
    }
    case 'rollback':
      return old === undefined ? err(`no release ${proposal.hash}`) : ok(old)
    case 'lift':
      return withoutStop(inForce, proposal.stop)
  }
}

/** What is wrong with a waiver as somebody proposes it; undefined if nothing is. The bundle's own checks come on top. */
export function waiverProblem(
  { approvers, from, expires }: Waiver,
  { author, isEmergency, nowMs }: WaiverContext,
): string | undefined {
  if (approvers.includes(author))
    return `approvers: ${author} proposes the waiver; two other people approve it`
  if (Date.parse(expires) <= nowMs) return 'expires: this day is past'
  if (!isEmergency) return undefined
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS
  const endsMs = Date.parse(expires)
  return Date.parse(from) > today || endsMs > today + EMERGENCY_DAYS_MAX * DAY_MS
    ? `expires: an emergency waiver begins today and ends within ${EMERGENCY_DAYS_MAX} days`
    : undefined
}

type WaiverContext = {
  readonly author: string
  readonly isEmergency: boolean
  readonly nowMs: number
}
