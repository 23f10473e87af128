import type { Feature } from '../domain/features.ts'
import type { RequestFacts } from '../domain/request.ts'
import { children, member, numberOf, stringOf } from '../encoding/json-document.ts'
import { NODE, type JsonDocument } from '../encoding/json-scan.ts'
import { textMember, type Members } from './body-fields.ts'
import { FIELDS, PARTS, PLAIN_ITEMS, toolFeature } from './openai-responses-fields.ts'

/** Parts of the input that are no text: how many, their size in the body, and what they ask for. */
export type Media = {
  readonly parts: number
  readonly bytes: number
  readonly features: ReadonlySet<Feature>
}

export function mediaOf(document: JsonDocument, members: Members): Media {
  const features = new Set<Feature>()
  let parts = 0
  let bytes = 0
  for (const item of children(document, members.get('input') ?? -1)) {
    const content = member(document, item, 'content')
    const list = content < 0 ? member(document, item, 'output') : content
    for (const part of children(document, list)) {
      const feature = PARTS[stringOf(document, member(document, part, 'type')) ?? '']
      if (feature === undefined) continue
      features.add(feature)
      parts++
      bytes += (document.ends[part] ?? 0) - (document.starts[part] ?? 0)
      const url = stringOf(document, member(document, part, 'image_url'))
      if (url !== undefined && !url.startsWith('data:')) features.add('image-url')
    }
  }
  return { parts, bytes, features }
}

type Asking = Required<Pick<RequestFacts, 'features' | 'askedBy'>>

/** What a request asks for beyond text, and in which of its fields. */
export function askingOf(document: JsonDocument, members: Members, media: Media): Asking {
  const fields = new Map<Feature, string>()
  const ask = (feature: Feature, field: string): void => {
    if (!fields.has(feature)) fields.set(feature, field)
  }
  for (const feature of media.features) ask(feature, 'input')
  for (const [name, node] of members) {
    const feature = Object.hasOwn(FIELDS, name) ? FIELDS[name]?.feature : undefined
    if (feature !== undefined && document.kinds[node] !== NODE.null) ask(feature, name)
  }
  for (const feature of inputFeatures(document, members)) ask(feature, 'input')
  for (const tool of children(document, members.get('tools') ?? -1)) {
    ask(toolFeature(stringOf(document, member(document, tool, 'type')) ?? ''), 'tools')
    for (const inner of children(document, member(document, tool, 'tools')))
      if (stringOf(document, member(document, inner, 'type')) === 'custom')
        ask('custom-tools', 'tools')
  }
  for (const [feature, field] of valueFeatures(document, members)) ask(feature, field)
  return { features: [...fields.keys()].toSorted(), askedBy: Object.fromEntries(fields) }
}

function inputFeatures(document: JsonDocument, members: Members): readonly Feature[] {
  const features: Feature[] = []
  for (const item of children(document, members.get('input') ?? -1)) {
    const type = stringOf(document, member(document, item, 'type')) ?? 'message'
    if (type === 'item_reference') features.push('stored-reasoning')
    else if (type.startsWith('custom_tool')) features.push('custom-tools')
    else if (!PLAIN_ITEMS.has(type)) features.push('built-in-tools')
  }
  return features
}

/** Fields that ask for something with some of their values only. */
function valueFeatures(
  document: JsonDocument,
  members: Members,
): readonly (readonly [Feature, string])[] {
  const found: [Feature, string][] = []
  const nodeOf = (name: string): number => members.get(name) ?? -1
  const reasoning = nodeOf('reasoning')
  if (stringOf(document, member(document, reasoning, 'effort')) !== undefined)
    found.push(['reasoning-effort', 'reasoning'])
  const text = nodeOf('text')
  if (stringOf(document, member(document, text, 'verbosity')) !== undefined)
    found.push(['verbosity', 'text'])
  const format = stringOf(document, member(document, member(document, text, 'format'), 'type'))
  if (format === 'json_schema') found.push(['json-schema', 'text'])
  if (format === 'json_object') found.push(['json-object', 'text'])
  if (document.kinds[nodeOf('store')] === NODE.true) found.push(['store', 'store'])
  if (textMember(document, members, 'truncation') === 'auto')
    found.push(['truncation', 'truncation'])
  const choice = nodeOf('tool_choice')
  if (document.kinds[choice] === NODE.object || stringOf(document, choice) === 'required')
    found.push(['tool-choice', 'tool_choice'])
  const includes = children(document, nodeOf('include')).map((node) => stringOf(document, node))
  const wantsLogprobs = includes.includes('message.output_text.logprobs')
  if (wantsLogprobs || (numberOf(document, nodeOf('top_logprobs')) ?? 0) > 0)
    found.push(['logprobs', wantsLogprobs ? 'include' : 'top_logprobs'])
  return found
}
