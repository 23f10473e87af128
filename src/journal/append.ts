import { sha256Hex } from '../encoding/sha256.ts'
import type { StoredEntry } from './entry.ts'
import { balanceKey, balanceOf, type JournalState, type Transition } from './state.ts'

/** Hash of an entry: it covers the one before, so that no entry can be changed, added or lost unseen. */
export const entryHash = (prevHash: string, body: string): string =>
  sha256Hex(`${prevHash}\n${body}`)

/**
 * Appends one entry and brings the state up to it.
 *
 * Mutates `state`. The caller stores what is returned in the same transaction.
 */
export function append(state: JournalState, transition: Transition): StoredEntry {
  const seq = state.head + 1
  const prevHash = state.headHash
  const body = `{"seq":${seq},${transition.fieldsJson}}`
  const hash = entryHash(prevHash, body)
  applyTransition(state, seq, hash, transition)
  return { seq, prevHash, hash, body }
}

/** What of a transition changes the state. */
export type Applied = Omit<Transition, 'fieldsJson' | 'decision'>

/** The only writer of a journal's state. */
export function applyTransition(
  state: JournalState,
  seq: number,
  hash: string,
  { kind, period, nodes, postedDelta, heldDelta, opens, closes }: Applied,
): void {
  state.head = seq
  state.headHash = hash
  state.posted += postedDelta
  for (const node of nodes) {
    const { posted, held } = balanceOf(state, period, node)
    state.balances.set(balanceKey(period, node), {
      posted: posted + postedDelta,
      held: held + heldDelta,
    })
  }
  if (opens !== undefined) {
    state.reservations.set(opens.attempt, { ...opens, seq, hash })
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
