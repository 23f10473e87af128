import * as z from 'zod'
import type { StoredEntry } from './entry.ts'

/** The first line of a message. */
const Head = z.strictObject({
  tenant: z.string().min(1),
  firstSeq: z.int().positive(),
  /** Hash of the entry before the first. */
  prevHash: z.string(),
  hashes: z.array(z.string()).min(1),
})

/** What a message of the outbox queue says. */
export type Delivery = { readonly tenant: string; readonly entries: readonly StoredEntry[] }

/**
 * Packs consecutive entries of one tenant into a text: a line of JSON, then a body a line (their JSON holds no line feed).
 * One text instead of many objects, because a queue serialises it in a fraction of the time.
 *
 * @throws RangeError if there are none: a bug in the caller.
 */
export function pack({ tenant, entries }: Delivery): string {
  const [first] = entries
  if (first === undefined) throw new RangeError('a message holds at least one entry')
  const { seq: firstSeq, prevHash } = first
  const head = JSON.stringify({
    tenant,
    firstSeq,
    prevHash,
    hashes: entries.map(({ hash }) => hash),
  })
  return `${head}\n${entries.map(({ body }) => body).join('\n')}`
}

/** What was packed; undefined if it is nothing of ours. Queues deliver at least once, so a consumer must be idempotent. */
export function unpack(message: unknown): Delivery | undefined {
  if (typeof message !== 'string') return undefined
  const [first = '', ...bodies] = message.split('\n')
  const head = Head.safeParse(parse(first))
  if (!head.success || head.data.hashes.length !== bodies.length) return undefined
  const { tenant, firstSeq, prevHash, hashes } = head.data
  const entries = bodies.map((body, at) => ({
    seq: firstSeq + at,
    prevHash: at === 0 ? prevHash : (hashes[at - 1] ?? ''),
    hash: hashes[at] ?? '',
    body,
  }))
  return { tenant, entries }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // not ours, like any other wrong head
  }
}
