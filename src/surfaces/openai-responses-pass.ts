import { children, member, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { elementRemovals } from '../encoding/splice-list.ts'
import { memberPatches, splice, type MemberChange, type Patch } from '../encoding/splice.ts'
import { isForeignSignature } from '../wire/signature.ts'
import { fieldsAsking, toolFeature } from './openai-responses-fields.ts'
import type { Passing } from './surface.ts'

/**
 * The client's own bytes, with only the edits that the plan needs. What is not asked to be stored is not: OpenAI's
 * default would be otherwise.
 */
export function passResponsesRequest(
  document: JsonDocument,
  { facts, upstreamModel, outputTokens, leaveOut, edits }: Passing,
): string {
  const changes: MemberChange[] = [
    { op: 'set', key: 'model', value: JSON.stringify(upstreamModel) },
  ]
  const keeps = facts.handling.stored && !leaveOut.includes('store')
  if (!keeps) changes.push({ op: 'set', key: 'store', value: 'false' })
  if (facts.outputTokensMax === undefined && outputTokens !== undefined)
    changes.push({ op: 'set', key: 'max_output_tokens', value: String(outputTokens) })
  const removed = new Set([...fieldsAsking(leaveOut), ...leaveOut])
  removed.delete('store')
  for (const key of removed) changes.push({ op: 'remove', key })
  const isLeftOut = (type: string): boolean => leaveOut.includes(toolFeature(type))
  const patches = [
    ...toolRemovals(document, isLeftOut, changes),
    ...thoughtRemovals(document, keeps),
  ]
  changes.push(...edits)
  return splice(document.text, [...memberPatches(document, changes), ...patches])
}

/** Takes out the tools that the destination does not get, and a choice that names one of them. */
function toolRemovals(
  document: JsonDocument,
  isLeftOut: (type: string) => boolean,
  changes: MemberChange[],
): Patch[] {
  const tools = member(document, 0, 'tools')
  const typeOf = (node: number): string => stringOf(document, member(document, node, 'type')) ?? ''
  const all = children(document, tools)
  if (!all.some((tool) => isLeftOut(typeOf(tool)))) return []
  const choice = member(document, 0, 'tool_choice')
  if (
    document.kinds[choice] === NODE.object &&
    all.some((tool) => isLeftOut(typeOf(tool)) && typeOf(tool) === typeOf(choice))
  )
    changes.push({ op: 'remove', key: 'tool_choice' })
  if (all.every((tool) => isLeftOut(typeOf(tool)))) {
    changes.push({ op: 'remove', key: 'tools' }, { op: 'remove', key: 'tool_choice' })
    return []
  }
  return elementRemovals(document, tools, (tool) => isLeftOut(typeOf(tool)))
}

/** Thoughts that OpenAI would look for in its store, or that another maker has sealed: it refuses both. */
function thoughtRemovals(document: JsonDocument, keeps: boolean): Patch[] {
  if (keeps) return []
  return elementRemovals(document, member(document, 0, 'input'), (item) => {
    const type = stringOf(document, member(document, item, 'type'))
    if (type === 'item_reference') return true
    if (type !== 'reasoning') return false
    const sealed = stringOf(document, member(document, item, 'encrypted_content'))
    return sealed === undefined || isForeignSignature(sealed)
  })
}
