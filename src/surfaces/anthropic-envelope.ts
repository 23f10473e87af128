import { member, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { WORDS } from './anthropic-fields.ts'
import type { Opaque, Reading } from './envelope.ts'

/** What bodies of Anthropic's dialect hold that cannot be read here. */
export const ANTHROPIC_READING: Reading = { words: WORDS, opaque: opaqueMember, seals }

function opaqueMember(document: JsonDocument, node: number, key: string): Opaque | undefined {
  switch (key) {
    case 'source':
      return sourceOf(document, node)
    case 'file_id':
      return isText(document, node) ? { reason: 'file', data: -1 } : undefined
    case 'container':
    case 'thread':
      return isGiven(document, node) ? { reason: 'stored-prompt', data: -1 } : undefined
    default:
      return undefined
  }
}

function seals(document: JsonDocument, node: number, key: string): boolean {
  if (key !== 'signature' && key !== 'data') return false
  const block = document.parents[node] ?? -1
  const type = stringOf(document, member(document, block, 'type'))
  return type === (key === 'data' ? 'redacted_thinking' : 'thinking')
}

/** Of images and documents; those that are text are read like any other. */
function sourceOf(document: JsonDocument, node: number): Opaque | undefined {
  const type = stringOf(document, member(document, node, 'type'))
  if (type === 'url') return { reason: 'remote-url', data: -1 }
  if (type !== 'base64') return undefined
  const mediaType = stringOf(document, member(document, node, 'media_type')) ?? ''
  return {
    reason: mediaType.startsWith('image/') ? 'image' : 'file',
    data: member(document, node, 'data'),
  }
}

const isText = (document: JsonDocument, node: number): boolean =>
  document.kinds[node] === NODE.string

/** As a top-level field, and not null. */
const isGiven = (document: JsonDocument, node: number): boolean =>
  document.parents[node] === 0 && document.kinds[node] !== NODE.null
