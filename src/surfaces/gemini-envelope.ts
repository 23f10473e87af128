import type { UnscannedReason } from '../domain/finding.ts'
import { children, keyOf, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { isStoredFile } from '../wire/gemini-words.ts'
import { camelCase, WORDS } from './gemini-fields.ts'
import type { Opaque, Reading } from './envelope.ts'

/** What bodies of Google's dialect hold that cannot be read here. */
export const GEMINI_READING: Reading = {
  words: WORDS,
  opaque: opaqueMember,
  seals: (_document, _node, key) => camelCase(key) === 'thoughtSignature',
}

function opaqueMember(document: JsonDocument, node: number, key: string): Opaque | undefined {
  switch (camelCase(key)) {
    case 'inlineData':
      return inlineOf(document, node)
    case 'fileData':
      return document.kinds[node] === NODE.object ? fileOf(document, node) : undefined
    case 'cachedContent':
      return document.kinds[node] === NODE.string
        ? { reason: 'stored-prompt', data: -1 }
        : undefined
    default:
      return undefined
  }
}

function inlineOf(document: JsonDocument, node: number): Opaque | undefined {
  const data = camelMember(document, node, 'data')
  if (data < 0) return undefined
  const mediaType = stringOf(document, camelMember(document, node, 'mimeType')) ?? ''
  return { reason: reasonOf(mediaType), data }
}

/** A file that Google keeps, or an address that it would fetch from. */
function fileOf(document: JsonDocument, node: number): Opaque {
  const uri = stringOf(document, camelMember(document, node, 'fileUri')) ?? ''
  return { reason: isStoredFile(uri) ? 'file' : 'remote-url', data: -1 }
}

function reasonOf(mediaType: string): UnscannedReason {
  if (mediaType.startsWith('image/')) return 'image'
  return mediaType.startsWith('audio/') ? 'audio' : 'file'
}

/** A member by its name in camel case, however it is written; -1 if there is none. */
export function camelMember(document: JsonDocument, node: number, name: string): number {
  if (document.kinds[node] !== NODE.object) return -1
  for (const child of children(document, node)) {
    if (camelCase(keyOf(document, child) ?? '') === name) return child
  }
  return -1
}
