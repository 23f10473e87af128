import type { CommitRequest, RefuseRequest, SettleRequest } from './messages.ts'
import { addToWindow } from './reserve.ts'
import type { JournalState, Reservation, Transition } from './state.ts'

/**
 * The entries that a report of an attempt's end makes.
 *
 * An open reservation is posted (or voided if nothing was ever sent). One that had expired was accrued at its bound: that
 * is reversed first. One that nobody knows was settled before, so a repeated report changes nothing.
 */
export function settle(state: JournalState, report: SettleRequest): readonly Transition[] {
  const reservation = state.reservations.get(report.attempt)
  if (reservation === undefined) return []
  const isVoid = report.outcome === 'never-sent'
  const held = reservation.heldPicoUsd
  const cost = isVoid ? 0n : report.costPicoUsd === null ? held : BigInt(report.costPicoUsd)
  const close: Transition = {
    ...closing(reservation, isVoid ? 'void' : 'settle', cost, report, report.atMs),
    heldDelta: reservation.state === 'open' ? -held : 0n,
    closes: reservation,
  }
  if (reservation.state === 'open') return [close]
  const expiry = { ...EXPIRED, outcome: 'expired' as const }
  return [{ ...closing(reservation, 'reverse', -held, expiry, report.atMs), heldDelta: 0n }, close]
}

/**
 * The entries that a call's reports make. Lazily: each must be applied before the next is asked for, because two reports may be of one
 * attempt.
 */
export function* endings(
  state: JournalState,
  { settlements, refusals }: Pick<CommitRequest, 'settlements' | 'refusals'>,
): Generator<Transition> {
  for (const report of settlements) {
    const { key } = state.reservations.get(report.attempt) ?? {}
    if (key !== undefined && report.usage !== null) {
      addToWindow(state, key, report.atMs, 0, report.usage.output)
    }
    yield* settle(state, report)
  }
  for (const report of refusals) yield refuse(report)
}

/** Accrues every open reservation whose time is over: a dispatched attempt is never free. */
export function expire(state: JournalState, nowMs: number): readonly Transition[] {
  const transitions: Transition[] = []
  for (const reservation of state.reservations.values()) {
    if (reservation.state !== 'open' || reservation.expiresAtMs > nowMs) continue
    const held = reservation.heldPicoUsd
    transitions.push({
      ...closing(reservation, 'expire', held, EXPIRED, nowMs),
      heldDelta: -held,
      closes: { ...reservation, state: 'expired' },
    })
  }
  return transitions
}

/** When an expired reservation may be forgotten: no report comes that late. */
export const CORRECTION_WINDOW_MS = 24 * 3600 * 1000

type Report = Omit<SettleRequest, 'attempt' | 'atMs' | 'costPicoUsd' | 'outcome'> & {
  readonly outcome: SettleRequest['outcome'] | 'expired'
}

const EXPIRED: Report = {
  outcome: 'expired',
  usage: null,
  usageSource: 'bound',
  finish: null,
  upstreamStatus: null,
  upstreamRequestId: null,
  serviceTier: null,
  modelServed: null,
}

function closing(
  reservation: Reservation,
  kind: 'settle' | 'expire' | 'reverse' | 'void',
  costPicoUsd: bigint,
  report: Report,
  atMs: number,
): Omit<Transition, 'heldDelta'> {
  const { attempt, decision, period, nodes, seq, factsJson } = reservation
  const { outcome, usage, usageSource, finish, upstreamStatus } = report
  const { upstreamRequestId, serviceTier, modelServed } = report
  const fields = JSON.stringify({
    kind,
    atMs,
    decision,
    attempt,
    reserveSeq: seq,
    nodes,
    period,
    costPicoUsd: String(costPicoUsd),
    outcome,
    usage,
    usageSource,
    finish,
    upstreamStatus,
    upstreamRequestId,
    serviceTier,
    modelServed,
  })
  const fieldsJson = `${fields.slice(1, -1)},"facts":${factsJson}`
  return { fieldsJson, kind, decision, period, nodes, postedDelta: costPicoUsd }
}

/** The entry of a decision that sent nothing. */
function refuse(report: RefuseRequest): Transition {
  const { decision, atMs, team, app, key, surface, code, rule, purpose } = report
  const fields = JSON.stringify({
    kind: 'refuse',
    atMs,
    decision,
    team,
    app,
    key,
    surface,
    code,
    rule,
    purpose,
  })
  const receipt = report.receiptJson === null ? '' : `,"receipt":${report.receiptJson}`
  return {
    fieldsJson: `${fields.slice(1, -1)}${receipt}`,
    kind: 'refuse',
    decision,
    period: '',
    nodes: [],
    postedDelta: 0n,
    heldDelta: 0n,
  }
}
