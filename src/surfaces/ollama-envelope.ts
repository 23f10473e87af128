import { keyOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import type { Reading } from './envelope.ts'
import { WORDS } from './ollama-fields.ts'

/** What bodies of Ollama's dialect hold that cannot be read here: images, and earlier conversations as tokens. */
export const OLLAMA_READING: Reading = {
  words: WORDS,
  opaque: (document, node, key) =>
    key === 'context' && document.parents[node] === 0 && document.kinds[node] === NODE.array
      ? { reason: 'encoded', data: -1 }
      : undefined,
  opaqueElement: (document, node) => (isImage(document, node) ? 'image' : undefined),
  seals: (_document, _node, key) => key === 'thought_signature',
}

/** An element of `images`: of the body itself, or of a message. */
function isImage(document: JsonDocument, node: number): boolean {
  if (document.kinds[node] !== NODE.string) return false
  const list = document.parents[node] ?? -1
  if (keyOf(document, list) !== 'images') return false
  const owner = document.parents[list] ?? -1
  return owner === 0 || keyOf(document, document.parents[owner] ?? -1) === 'messages'
}
