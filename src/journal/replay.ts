import type { WrittenEntry } from './chain.ts'
import { EntryBody } from './entry.ts'
import { applyTransition, type Applied } from './append.ts'
import type { JournalState } from './state.ts'

/** Brings a state up to an entry that was stored before: how a journal comes back after it was evicted. */
export function replay(state: JournalState, { seq, body }: WrittenEntry): void {
  applyTransition(state, seq, appliedOf(state, EntryBody.parse(JSON.parse(body))))
}

function appliedOf(state: JournalState, body: EntryBody): Applied {
  if (body.kind === 'refuse' || body.kind === 'policy') {
    return { kind: body.kind, period: '', nodes: [], postedDelta: 0n, heldDelta: 0n }
  }
  const { kind, period, nodes, attempt, decision } = body
  if (kind === 'reserve') {
    const heldPicoUsd = BigInt(body.heldPicoUsd)
    const opens = {
      attempt,
      decision,
      seq: 0,
      heldPicoUsd,
      expiresAtMs: body.expiresAtMs,
      nodes,
      period,
      key: body.facts.key,
      factsJson: JSON.stringify(body.facts),
      state: 'open',
    } as const
    return { kind, period, nodes, postedDelta: 0n, heldDelta: heldPicoUsd, opens }
  }
  const reservation = kind === 'adjust' ? undefined : state.reservations.get(attempt)
  const wasOpen = reservation?.state === 'open'
  const applied = {
    kind,
    period,
    nodes,
    postedDelta: BigInt(body.costPicoUsd),
    heldDelta: wasOpen ? -reservation.heldPicoUsd : 0n,
  }
  if (reservation === undefined || kind === 'reverse') return applied
  return {
    ...applied,
    closes: kind === 'expire' ? { ...reservation, state: 'expired' as const } : reservation,
  }
}
