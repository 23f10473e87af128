import { children, keyOf, member, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { memberPatches, splice, type MemberChange, type Patch } from '../encoding/splice.ts'
import { generationOf } from '../wire/gemini-thinking.ts'
import { NO_SIGNATURE, parseGeminiSignature } from '../wire/gemini-words.ts'
import { elementPatches } from './element-patches.ts'
import { camelMember } from './gemini-envelope.ts'
import { camelCase, fieldsAsking } from './gemini-fields.ts'
import { oneOrMore } from './gemini-survey.ts'
import type { Passing } from './surface.ts'

/** The client's own bytes, with only the edits that the plan needs. The model is in the path. */
export function passGenerate(document: JsonDocument, passing: Passing): string {
  const { upstreamModel, leaveOut, edits } = passing
  const changes: MemberChange[] = []
  const out = new Set([...fieldsAsking(leaveOut).filter((name) => name !== CONFIG), ...leaveOut])
  for (const node of children(document, 0)) {
    const key = keyOf(document, node) ?? ''
    if (out.has(key) || out.has(camelCase(key))) changes.push({ op: 'remove', key })
  }
  const limit = limitEdits(document, passing)
  changes.push(...limit.changes, ...edits)
  return splice(document.text, [
    ...limit.patches,
    ...turnPatches(document, 0, upstreamModel),
    ...memberPatches(document, changes),
  ])
}

/** The same for a count, whose whole request names the model once more. */
export function passCount(document: JsonDocument, { upstreamModel, leaveOut }: Passing): string {
  const whole = camelMember(document, 0, 'generateContentRequest')
  const changes = leaveOut.map((key): MemberChange => ({ op: 'remove', key }))
  const patches = memberPatches(document, changes)
  if (document.kinds[whole] !== NODE.object) {
    return splice(document.text, [...turnPatches(document, 0, upstreamModel), ...patches])
  }
  const name = JSON.stringify(`models/${upstreamModel}`)
  const model = member(document, whole, 'model')
  patches.push(
    model < 0 ? insertion(document, whole, 'model', name) : valueOf(document, model, name),
  )
  return splice(document.text, [...turnPatches(document, whole, upstreamModel), ...patches])
}

const CONFIG = 'generationConfig'

/** What the key's own limit adds to a request that sets none. */
function limitEdits(
  document: JsonDocument,
  { outputTokens }: Passing,
): { readonly changes: MemberChange[]; readonly patches: Patch[] } {
  if (outputTokens === undefined) return { changes: [], patches: [] }
  const config = camelMember(document, 0, CONFIG)
  if (document.kinds[config] !== NODE.object) {
    const key = config < 0 ? CONFIG : (keyOf(document, config) ?? CONFIG)
    const value = `{"maxOutputTokens":${outputTokens}}`
    return { changes: [{ op: 'set', key, value }], patches: [] }
  }
  const asked = camelMember(document, config, 'maxOutputTokens')
  const patch =
    asked < 0
      ? insertion(document, config, 'maxOutputTokens', String(outputTokens))
      : valueOf(document, asked, String(outputTokens))
  return { changes: [], patches: [patch] }
}

/** A new first member of an object that is not the root. */
function insertion(document: JsonDocument, node: number, key: string, value: string): Patch {
  const at = (document.starts[node] ?? 0) + 1
  const isEmpty = document.nexts[node] === node + 1
  return { start: at, end: at, text: `"${key}":${value}${isEmpty ? '' : ','}` }
}

const valueOf = (document: JsonDocument, node: number, text: string): Patch => ({
  start: document.starts[node] ?? 0,
  end: document.ends[node] ?? 0,
  text,
})

const NOTHING_SAID = '{"text":"…"}'

/**
 * Google refuses signatures that are not its own, and from Gemini 3 on calls without any: thoughts of other upstreams,
 * from earlier turns, stay out, and their calls get the word that Google documents for such.
 */
function turnPatches(document: JsonDocument, body: number, upstreamModel: string): Patch[] {
  const mustSign = generationOf(upstreamModel) >= 3
  const patches: Patch[] = []
  for (const content of oneOrMore(document, camelMember(document, body, 'contents'))) {
    if (stringOf(document, member(document, content, 'role')) !== 'model') continue
    const list = camelMember(document, content, 'parts')
    if (document.kinds[list] !== NODE.array) continue
    const isCall = (part: number): boolean => camelMember(document, part, 'functionCall') >= 0
    const isForeign = (part: number): boolean => makerOf(document, part) === 'other'
    patches.push(
      ...elementPatches(document, list, (part) => isForeign(part) && !isCall(part), NOTHING_SAID),
    )
    const calls = children(document, list).filter(isCall)
    patches.push(...calls.filter(isForeign).map((part) => resigned(document, part)))
    const [first] = calls
    const isUnsigned = calls.every((part) => makerOf(document, part) === 'none')
    if (mustSign && first !== undefined && isUnsigned) {
      patches.push(insertion(document, first, 'thoughtSignature', JSON.stringify(NO_SIGNATURE)))
    }
  }
  return patches
}

/** Whose signature a part carries. */
function makerOf(document: JsonDocument, part: number): 'none' | 'own' | 'other' {
  const text = stringOf(document, camelMember(document, part, 'thoughtSignature')) ?? ''
  if (text === '') return 'none'
  return (parseGeminiSignature(text)?.maker ?? 'gemini') === 'gemini' ? 'own' : 'other'
}

const resigned = (document: JsonDocument, part: number): Patch =>
  valueOf(document, camelMember(document, part, 'thoughtSignature'), JSON.stringify(NO_SIGNATURE))
