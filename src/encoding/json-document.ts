import { NODE, type JsonDocument } from './json-scan.ts'

/** The value of a member of an object; -1 if the object has no such member, or `node` is no object. */
export function member(document: JsonDocument, node: number, key: string): number {
  if (document.kinds[node] !== NODE.object) return -1
  for (const child of children(document, node)) {
    if (keyOf(document, child) === key) return child
  }
  return -1
}

/** The direct children of a container, in order. Empty for a scalar. */
export function children(document: JsonDocument, node: number): number[] {
  const found: number[] = []
  const end = document.nexts[node] ?? 0
  for (let child = node + 1; child < end; child = document.nexts[child] ?? end) found.push(child)
  return found
}

/** The decoded key of a member; undefined for an element or the root. */
export function keyOf(document: JsonDocument, node: number): string | undefined {
  const start = document.keyStarts[node] ?? -1
  return start < 0 ? undefined : decode(document.text, start, document.keyEnds[node] ?? start)
}

/** The decoded string of a node; undefined if it is not a string. */
export function stringOf(document: JsonDocument, node: number): string | undefined {
  if (document.kinds[node] !== NODE.string) return undefined
  return decode(document.text, document.starts[node] ?? 0, document.ends[node] ?? 0)
}

/** The number of a node; undefined if it is not a number. */
export function numberOf(document: JsonDocument, node: number): number | undefined {
  return document.kinds[node] === NODE.number ? Number(sourceOf(document, node)) : undefined
}

/** The text of a value exactly as it was written. */
export function sourceOf(document: JsonDocument, node: number): string {
  return document.text.slice(document.starts[node], document.ends[node])
}

/** JSON Pointer (RFC 6901) of a value. */
export function pointerOf(document: JsonDocument, node: number): string {
  const parts: string[] = []
  for (let at = node; at > 0; at = document.parents[at] ?? -1) {
    const key = keyOf(document, at)
    parts.push(key === undefined ? String(document.positions[at]) : escapeToken(key))
  }
  return parts
    .toReversed()
    .map((part) => `/${part}`)
    .join('')
}

const escapeToken = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

function decode(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1)
  return raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw
}

/** The node that a JSON Pointer names; -1 if there is none. */
export function nodeAt(document: JsonDocument, pointer: string): number {
  let node = 0
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    const isArray = document.kinds[node] === NODE.array
    node = isArray ? (children(document, node)[Number(key)] ?? -1) : member(document, node, key)
    if (node < 0) return -1
  }
  return node
}
