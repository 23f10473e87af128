import type { WrittenEntry } from './chain.ts'
import { balanceKey, balanceOf, type JournalState, type Transition } from './state.ts'

/**
 * Appends one entry and brings the state up to it.
 *
 * Mutates `state`. The caller stores what is returned in the same transaction.
 */
export function append(state: JournalState, transition: Transition): WrittenEntry {
  const seq = state.head + 1
  applyTransition(state, seq, transition)
  return { seq, body: `{"seq":${seq},${transition.fieldsJson}}` }
}

/** What of a transition changes the state. */
export type Applied = Omit<Transition, 'fieldsJson' | 'decision'>

/** The only writer of a journal's state. */
export function applyTransition(
  state: JournalState,
  seq: number,
  { kind, period, nodes, postedDelta, heldDelta, opens, closes }: Applied,
): void {
  state.head = seq
  state.posted += postedDelta
  for (const node of nodes) {
    const { posted, held } = balanceOf(state, period, node)
    state.balances.set(balanceKey(period, node), {
      posted: posted + postedDelta,
      held: held + heldDelta,
    })
  }
  if (opens !== undefined) {
    state.reservations.set(opens.attempt, { ...opens, seq })
    state.concurrency.set(opens.key, (state.concurrency.get(opens.key) ?? 0) + 1)
  }
  if (closes !== undefined) {
    if (kind === 'expire') state.reservations.set(closes.attempt, closes)
    else state.reservations.delete(closes.attempt)
    if (kind === 'expire' || closes.state === 'open') release(state, closes.key)
  }
}

function release(state: JournalState, key: string): void {
  const left = (state.concurrency.get(key) ?? 1) - 1
  if (left > 0) state.concurrency.set(key, left)
  else state.concurrency.delete(key)
}
