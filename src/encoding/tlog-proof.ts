import { err, ok, type Result } from '../domain/result.ts'
import { verifyInclusion, type Digest } from './merkle.ts'
import {
  fromBase64,
  openCheckpoint,
  toBase64,
  type Checkpoint,
  type VerifierKey,
} from './signed-note.ts'

/** A proof that an entry is in a log, to be checked without asking anybody (c2sp.org/tlog-proof). */
export type TlogProof = {
  readonly index: number
  readonly hashes: readonly Digest[]
  /** The signed checkpoint, as a note. */
  readonly checkpoint: string
}

const MAGIC = 'c2sp.org/tlog-proof@v1'

export const formatProof = ({ index, hashes, checkpoint }: TlogProof): string =>
  `${MAGIC}\nindex ${index}\n${hashes.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`

/** Undefined if it is no such proof. */
export function parseProof(text: string): TlogProof | undefined {
  const end = text.indexOf('\n\n')
  if (end < 0) return undefined
  const [magic, ...rest] = text.slice(0, end).split('\n')
  const lines = rest[0]?.startsWith('extra ') === true ? rest.slice(1) : rest
  const [indexLine = '', ...encoded] = lines
  const [, index] = /^index (0|[1-9]\d{0,15})$/.exec(indexLine) ?? []
  if (magic !== MAGIC || index === undefined) return undefined
  const hashes = encoded.map(fromBase64)
  if (hashes.some((hash) => hash.length !== 32)) return undefined
  return { index: Number(index), hashes, checkpoint: text.slice(end + 2) }
}

/** The checkpoint that a proof leads to, if the leaf is in the log and one of the keys has signed it; else what is wrong. */
export function verifyProof(
  leaf: Digest,
  { index, hashes, checkpoint }: TlogProof,
  keys: readonly VerifierKey[],
): Result<Checkpoint, string> {
  const opened = openCheckpoint(checkpoint, keys)
  if (!opened.ok) return opened
  const { size, root } = opened.value
  return verifyInclusion(leaf, index, size, hashes, root)
    ? ok(opened.value)
    : err('the entry does not lead to the root of the checkpoint')
}
