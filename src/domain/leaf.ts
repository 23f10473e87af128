import type { Unscanned } from './finding.ts'

/** One key, string or number of a request body, decoded. */
export type Leaf = {
  readonly text: string
  readonly kind: 'key' | 'string' | 'number'
  /** Which value of the document this is; `Envelope.pointer` turns it into a JSON Pointer. */
  readonly node: number
  /** A word of the protocol (a role, a type) between what people say: it stands for no gap in that. */
  readonly isAside?: true
}

/** All that a request says, in document order, and what in it nobody here can read. */
export type Envelope = {
  readonly leaves: readonly Leaf[]
  /** JSON Pointer of a leaf. Costs time, so only asked for leaves with a finding. */
  readonly pointer: (leaf: Leaf) => string
  /** Parts that are known to be unreadable (images, audio, files, remote URLs), found by the surface. */
  readonly opaque: readonly Unscanned[]
}
