import { createHmac } from 'node:crypto'
import { classify } from '../classifier/classify.ts'
import { createPseudonyms, maskOf } from '../classifier/pseudonyms.ts'
import { redactText } from '../classifier/redact.ts'
import type { Finding } from '../domain/finding.ts'
import { nodeAt, sourceOf, stringOf } from '../encoding/json-document.ts'
import { scanJson, type JsonDocument } from '../encoding/json-scan.ts'
import { splice, type Patch } from '../encoding/splice.ts'
import { envelopeOf } from '../surfaces/envelope.ts'

/** A body without what had to go, and what its placeholders stand for. The values live as long as the request. */
export type Redacted = {
  readonly document: JsonDocument
  readonly values: ReadonlyMap<string, string>
}

export type Redaction = {
  readonly findings: readonly Finding[]
  readonly kinds: readonly string[]
  readonly by: 'pseudonymise' | 'mask'
  /** Of this conversation: see `conversationKey`. */
  readonly key: string
}

/**
 * The document with every finding of these kinds replaced by a placeholder; undefined if one of them is still found
 * afterwards (in a key, say), so that what could not be redacted is not sent.
 */
export function redactDocument(
  document: JsonDocument,
  { findings, kinds, by, key }: Redaction,
): Redacted | undefined {
  const { values, placeholderOf } = createPseudonyms(key, (text) => document.text.includes(text))
  const replacement = by === 'mask' ? maskOf : placeholderOf
  const inserted = new Set<string>()
  const patches: Patch[] = []
  // A key cannot be replaced without changing what it names: the check below refuses it.
  const wanted = findings.filter(({ inKey, kind }) => inKey !== true && kinds.includes(kind))
  for (const [path, found] of Map.groupBy(wanted, (finding) => finding.path)) {
    const node = nodeAt(document, path)
    const text = redactText(textAt(document, node), found, kinds, (kind, value) => {
      const placeholder = replacement(kind, value)
      inserted.add(placeholder)
      return placeholder
    })
    const start = document.starts[node] ?? 0
    const end = document.ends[node] ?? 0
    patches.push({ start, end, text: JSON.stringify(text) })
  }
  const redacted = scanJson(splice(document.text, patches))
  if (!redacted.ok || isLeft(redacted.value, kinds, inserted)) return undefined
  return { document: redacted.value, values }
}

/** Whether something of these kinds is still there, our own placeholders aside. */
function isLeft(
  document: JsonDocument,
  kinds: readonly string[],
  inserted: ReadonlySet<string>,
): boolean {
  return classify(envelopeOf(document)).findings.some(({ kind, path, inKey, start, end }) => {
    if (!kinds.includes(kind)) return false
    if (inKey === true) return true
    const text = textAt(document, nodeAt(document, path))
    return ![...inserted].some((placeholder) => holds(text, placeholder, start, end))
  })
}

/** Whether the span lies in an occurrence of the placeholder. */
function holds(text: string, placeholder: string, start: number, end: number): boolean {
  const at = text.indexOf(placeholder, Math.max(0, end - placeholder.length))
  return at >= 0 && at <= start && end <= at + placeholder.length
}

const textAt = (document: JsonDocument, node: number): string =>
  stringOf(document, node) ?? sourceOf(document, node)

/** Where the surfaces keep the first thing that was said. */
const BEGINNINGS = ['/messages/0', '/contents/0', '/input/0', '/input']

/**
 * What the placeholders of a conversation are derived from: the session that the client names, else how it began. The
 * next turn has the same, so nothing needs to be remembered.
 */
export function conversationKey(
  hashKey: string,
  tenant: string,
  session: string | null,
  document: JsonDocument,
): string {
  const node = BEGINNINGS.map((pointer) => nodeAt(document, pointer)).find((one) => one >= 0)
  const named = session === null ? `begins ${sourceOf(document, node ?? 0)}` : `session ${session}`
  return createHmac('sha256', hashKey).update(`pseudonyms\n${tenant}\n${named}`).digest('hex')
}
