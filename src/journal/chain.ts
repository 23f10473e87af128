import { sha256Hex } from '../encoding/sha256.ts'
import { GENESIS_HASH, type StoredEntry } from './entry.ts'

/** An entry as it was appended. Its place in the sequence fixes its hash, which is computed when it is read. */
export type WrittenEntry = Pick<StoredEntry, 'seq' | 'body'>

/** How far a chain has been computed. */
export type Link = { readonly seq: number; readonly hash: string }

export const GENESIS: Link = { seq: 0, hash: GENESIS_HASH }

/** Hash of an entry: it covers the one before, so that no entry can be changed, added or lost unseen. */
export const entryHash = (prevHash: string, body: string): string =>
  sha256Hex(`${prevHash}\n${body}`)

/**
 * Links entries that follow a link without a gap.
 *
 * @throws RangeError at a gap: a journal that has one is broken, and must not be read over it.
 */
export function* link(from: Link, entries: Iterable<WrittenEntry>): Generator<StoredEntry> {
  let { seq: last, hash: prevHash } = from
  for (const { seq, body } of entries) {
    if (seq !== last + 1) throw new RangeError(`entry ${seq} follows entry ${last}`)
    const hash = entryHash(prevHash, body)
    yield { seq, prevHash, hash, body }
    last = seq
    prevHash = hash
  }
}
