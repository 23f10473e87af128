import type { RequestFacts } from '../domain/request.ts'
import { children, member } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { memberPatches, splice, type MemberChange, type Patch } from '../encoding/splice.ts'
import { fieldsAsking } from './openai-chat-fields.ts'
import type { Passing } from './surface.ts'

/** The client's own bytes, with only the edits that the plan needs. */
export function passChatRequest(
  document: JsonDocument,
  { facts, upstreamModel, outputTokens, leaveOut, mustAskForUsage, edits }: Passing,
): string {
  const changes: MemberChange[] = [
    { op: 'set', key: 'model', value: JSON.stringify(upstreamModel) },
    ...limitChanges(document, facts, outputTokens),
  ]
  if (leaveOut.length > 0) {
    for (const key of new Set([...fieldsAsking(leaveOut), ...leaveOut]))
      changes.push({ op: 'remove', key })
  }
  changes.push(...edits)
  const patches: Patch[] = callSignatures(document)
  if (mustAskForUsage && facts.stream && !facts.wantsUsageChunk) {
    patches.push(...askForUsage(document, changes))
  }
  patches.push(...memberPatches(document, changes))
  return splice(document.text, patches)
}

/** The signatures of another maker's calls, which only that maker can read: OpenAI refuses what its schema does not know. */
function callSignatures(document: JsonDocument): Patch[] {
  if (!document.text.includes('"extra_content"')) return []
  return children(document, member(document, 0, 'messages'))
    .flatMap((message) => children(document, member(document, message, 'tool_calls')))
    .flatMap((call) => removal(document, call, member(document, call, 'extra_content')))
}

/** A member of an object goes, with the comma that set it apart. */
function removal(document: JsonDocument, parent: number, node: number): Patch[] {
  if (node < 0) return []
  const members = children(document, parent)
  const at = members.indexOf(node)
  const before = members[at - 1]
  const after = members[at + 1]
  const keyAt = (of: number): number => document.keyStarts[of] ?? 0
  const endOf = (of: number): number => document.ends[of] ?? 0
  if (before !== undefined) return [{ start: endOf(before), end: endOf(node), text: '' }]
  const end = after === undefined ? endOf(node) : keyAt(after)
  return [{ start: keyAt(node), end, text: '' }]
}

const LIMITS = ['max_completion_tokens', 'max_tokens'] as const

/** The output limit that the bound rests on is the only one that is sent, whichever of its two names say what. */
function limitChanges(
  document: JsonDocument,
  { outputTokensMax }: RequestFacts,
  outputTokens: number | undefined,
): MemberChange[] {
  const isClear = LIMITS.some((key) => member(document, 0, key) < 0)
  if (isClear && outputTokens === undefined) return []
  const limit = outputTokensMax ?? outputTokens
  const changes: MemberChange[] = LIMITS.map((key) => ({ op: 'remove', key }))
  if (limit !== undefined) {
    changes.push({ op: 'set', key: 'max_completion_tokens', value: String(limit) })
  }
  return changes
}

/** Streams must report usage, or their cost is unknown; the extra chunk is taken out again if nobody asked for it. */
function askForUsage(document: JsonDocument, changes: MemberChange[]): Patch[] {
  const options = member(document, 0, 'stream_options')
  if (document.kinds[options] !== NODE.object) {
    changes.push({ op: 'set', key: 'stream_options', value: '{"include_usage":true}' })
    return []
  }
  const asked = member(document, options, 'include_usage')
  if (asked >= 0) {
    return [{ start: document.starts[asked] ?? 0, end: document.ends[asked] ?? 0, text: 'true' }]
  }
  const at = (document.starts[options] ?? 0) + 1
  const isEmpty = document.nexts[options] === options + 1
  return [{ start: at, end: at, text: `"include_usage":true${isEmpty ? '' : ','}` }]
}
