import * as z from 'zod'
import { sha256Hex } from '../encoding/sha256.ts'
import type { StoredEntry } from './entry.ts'

/** The second line of a message. */
const Head = z.strictObject({
  tenant: z.string().min(1),
  firstSeq: z.int().positive(),
  /** Hash of the entry before the first. */
  prevHash: z.string(),
  hashes: z.array(z.string()).min(1),
  /** How bodies end. Entries of one key, model and decision end alike, and bytes are what a queue costs. */
  ends: z.array(z.string()),
})

/** What a message of the outbox queue says. */
export type Delivery = { readonly tenant: string; readonly entries: readonly StoredEntry[] }

/** What the entries of one key, model and decision have in common stands at their end. */
const COMMON_END = /,"(?:facts|receipt)":/

/** Where the part of a body begins that others may share; its length if nothing is. */
export function commonEndOf(body: string): number {
  const found = body.search(COMMON_END)
  return found === -1 ? body.length : found
}

/**
 * Packs consecutive entries of one tenant into a text: the digest of what follows, a line of JSON, then a line for each
 * body: the number of its end, and its beginning (their JSON holds no line feed). One text instead of many objects,
 * because a queue serialises it in a fraction of the time.
 *
 * @throws RangeError if there are none: a bug in the caller.
 */
export function pack({ tenant, entries }: Delivery): string {
  const [first] = entries
  if (first === undefined) throw new RangeError('a message holds at least one entry')
  const { seq: firstSeq, prevHash } = first
  const ends = new Map<string, number>()
  const lines = entries.map(({ body }) => {
    const at = commonEndOf(body)
    const end = body.slice(at)
    const number = ends.get(end) ?? ends.size
    ends.set(end, number)
    return `${number} ${body.slice(0, at)}`
  })
  const hashes = entries.map(({ hash }) => hash)
  const head = JSON.stringify({ tenant, firstSeq, prevHash, hashes, ends: [...ends.keys()] })
  const text = `${head}\n${lines.join('\n')}`
  return `${sha256Hex(text)}\n${text}`
}

/**
 * What was packed, exactly; undefined if it is nothing of ours or not all of it. Queues deliver at least once, so a
 * consumer must be idempotent.
 */
export function unpack(message: unknown): Delivery | undefined {
  if (typeof message !== 'string') return undefined
  const at = message.indexOf('\n')
  const text = message.slice(at + 1)
  if (at === -1 || sha256Hex(text) !== message.slice(0, at)) return undefined
  const [first = '', ...lines] = text.split('\n')
  const head = Head.safeParse(parse(first))
  if (!head.success || head.data.hashes.length !== lines.length) return undefined
  const { tenant, firstSeq, prevHash, hashes, ends } = head.data
  const entries = lines.map((line, index) => ({
    seq: firstSeq + index,
    prevHash: index === 0 ? prevHash : (hashes[index - 1] ?? ''),
    hash: hashes[index] ?? '',
    body: bodyOf(line, ends),
  }))
  return { tenant, entries }
}

function bodyOf(line: string, ends: readonly string[]): string {
  const at = line.indexOf(' ')
  return line.slice(at + 1) + (ends[Number(line.slice(0, at))] ?? '')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // not ours, like any other wrong head
  }
}
