import { children, keyOf, member } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { memberPatches, splice, type MemberChange, type Patch } from '../encoding/splice.ts'
import type { Passing } from './surface.ts'

/** The client's own bytes, with only the edits that the plan needs. */
export function passOllama(document: JsonDocument, passing: Passing): string {
  const { upstreamModel, leaveOut, edits } = passing
  const changes: MemberChange[] = [
    { op: 'set', key: 'model', value: JSON.stringify(upstreamModel) },
  ]
  const out = new Set(leaveOut)
  for (const node of children(document, 0)) {
    const key = keyOf(document, node) ?? ''
    if (out.has(key)) changes.push({ op: 'remove', key })
  }
  const limit = limitEdits(document, passing)
  changes.push(...limit.changes, ...edits)
  return splice(document.text, [...limit.patches, ...memberPatches(document, changes)])
}

/** What the key's own limit adds to a request that sets none. */
function limitEdits(
  document: JsonDocument,
  { outputTokens }: Passing,
): { readonly changes: MemberChange[]; readonly patches: Patch[] } {
  if (outputTokens === undefined) return { changes: [], patches: [] }
  const options = member(document, 0, 'options')
  const text = String(outputTokens)
  if (document.kinds[options] !== NODE.object) {
    const value = `{"num_predict":${text}}`
    return { changes: [{ op: 'set', key: 'options', value }], patches: [] }
  }
  const asked = member(document, options, 'num_predict')
  if (asked >= 0) {
    const patch = { start: document.starts[asked] ?? 0, end: document.ends[asked] ?? 0, text }
    return { changes: [], patches: [patch] }
  }
  const at = (document.starts[options] ?? 0) + 1
  const isEmpty = document.nexts[options] === options + 1
  const patch = { start: at, end: at, text: `"num_predict":${text}${isEmpty ? '' : ','}` }
  return { changes: [], patches: [patch] }
}
