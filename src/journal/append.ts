import { createHash } from 'node:crypto'
import type { StoredEntry } from './entry.ts'
import { balanceKey, balanceOf, type JournalState, type Transition } from './state.ts'

/** Hash of an entry: it covers the one before, so that no entry can be changed, added or lost unseen. */
export const entryHash = (prevHash: string, body: string): string =>
  createHash('sha256').update(`${prevHash}\n${body}`).digest('hex')

/**
 * Appends one entry and brings the state up to it.
 *
 * Mutates `state`: it is the only writer. The caller stores what is returned in the same transaction.
 */
export function append(state: JournalState, transition: Transition): StoredEntry {
  const seq = state.head + 1
  const prevHash = state.headHash
  const body = `{"seq":${seq},${transition.fieldsJson}}`
  const hash = entryHash(prevHash, body)
  state.head = seq
  state.headHash = hash
  state.posted += transition.postedDelta
  for (const node of transition.nodes) {
    const { posted, held } = balanceOf(state, transition.period, node)
    state.balances.set(balanceKey(transition.period, node), {
      posted: posted + transition.postedDelta,
      held: held + transition.heldDelta,
    })
  }
  const { opens, closes } = transition
  if (opens !== undefined) {
    state.reservations.set(opens.attempt, { ...opens, seq, hash })
    state.concurrency.set(opens.key, (state.concurrency.get(opens.key) ?? 0) + 1)
  }
  if (closes !== undefined) {
    if (closes.state === 'expired' && transition.kind === 'expire') {
      state.reservations.set(closes.attempt, closes)
    } else state.reservations.delete(closes.attempt)
    if (transition.kind === 'expire' || closes.state === 'open') release(state, closes.key)
  }
  return { seq, prevHash, hash, body }
}

function release(state: JournalState, key: string): void {
  const left = (state.concurrency.get(key) ?? 1) - 1
  if (left > 0) state.concurrency.set(key, left)
  else state.concurrency.delete(key)
}
