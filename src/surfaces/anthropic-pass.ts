import { children, member, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { memberPatches, splice, type MemberChange, type Patch } from '../encoding/splice.ts'
import { isForeignSignature } from '../wire/signature.ts'
import { fieldsAsking } from './anthropic-fields.ts'
import { elementPatches } from './element-patches.ts'
import type { Passing } from './surface.ts'

/** The client's own bytes, with only the edits that the plan needs. */
export function passMessages(
  document: JsonDocument,
  { upstreamModel, leaveOut, edits }: Passing,
): string {
  const changes: MemberChange[] = [
    { op: 'set', key: 'model', value: JSON.stringify(upstreamModel) },
  ]
  for (const key of new Set([...fieldsAsking(leaveOut), ...leaveOut]))
    changes.push({ op: 'remove', key })
  changes.push(...edits)
  return splice(document.text, [...foreignThoughts(document), ...memberPatches(document, changes)])
}

/** What is left of an answer that was nothing but another model's thoughts: there must be something. */
const NOTHING_SAID = '{"type":"text","text":"…"}'

/** Anthropic refuses thoughts that it has not signed: those of other upstreams, from earlier turns, stay out. */
function foreignThoughts(document: JsonDocument): Patch[] {
  const patches: Patch[] = []
  for (const message of children(document, member(document, 0, 'messages'))) {
    const content = member(document, message, 'content')
    if (document.kinds[content] !== NODE.array) continue
    patches.push(
      ...elementPatches(document, content, (block) => isForeign(document, block), NOTHING_SAID),
    )
  }
  return patches
}

function isForeign(document: JsonDocument, block: number): boolean {
  const text = (key: string): string | undefined => stringOf(document, member(document, block, key))
  switch (text('type')) {
    case 'thinking': {
      const signature = text('signature') ?? ''
      return signature === '' || isForeignSignature(signature)
    }
    case 'redacted_thinking':
      return isForeignSignature(text('data') ?? '')
    default:
      return false
  }
}
