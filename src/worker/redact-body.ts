import { classify } from '../classifier/classify.ts'
import { createNumbering, redactText } from '../classifier/redact.ts'
import type { Finding } from '../domain/finding.ts'
import { nodeAt, stringOf } from '../encoding/json-document.ts'
import { scanJson, type JsonDocument } from '../encoding/json-scan.ts'
import { splice, type Patch } from '../encoding/splice.ts'
import { envelopeOf } from '../surfaces/envelope.ts'

/**
 * The document with every finding of these kinds replaced by a placeholder; undefined if one of them is still found
 * afterwards (in a key, say), so that what could not be redacted is not sent.
 */
export function redactDocument(
  document: JsonDocument,
  findings: readonly Finding[],
  kinds: readonly string[],
): JsonDocument | undefined {
  const byPath = new Map<string, Finding[]>()
  for (const finding of findings) {
    // A key cannot be replaced without changing what it names: the check below refuses it.
    if (finding.inKey === true || !kinds.includes(finding.kind)) continue
    byPath.set(finding.path, [...(byPath.get(finding.path) ?? []), finding])
  }
  const numbering = createNumbering()
  const patches: Patch[] = []
  for (const [path, found] of byPath) {
    const node = nodeAt(document, path)
    const start = document.starts[node] ?? 0
    const end = document.ends[node] ?? 0
    const text = stringOf(document, node) ?? document.text.slice(start, end)
    patches.push({ start, end, text: JSON.stringify(redactText(text, found, kinds, numbering)) })
  }
  const redacted = scanJson(splice(document.text, patches))
  if (!redacted.ok) return undefined
  const left = classify(envelopeOf(redacted.value)).findings
  return left.some(({ kind }) => kinds.includes(kind)) ? undefined : redacted.value
}
