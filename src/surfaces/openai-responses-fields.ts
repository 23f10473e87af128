import type { Feature } from '../domain/features.ts'
import type { FieldForm } from './body-fields.ts'

export type Field = { readonly form: FieldForm; readonly feature?: Feature }

/**
 * Every top-level field of OpenAI's published schema, with what it may hold and the feature that using it asks for.
 * A field outside this list goes only to destinations of zone `own`.
 * Source: openapi.json 2.3.0, CreateResponse.
 */
export const FIELDS: Readonly<Record<string, Field>> = {
  model: { form: 'string' },
  input: { form: 'string-or-array' },
  background: { form: 'boolean' },
  context_management: { form: 'array', feature: 'context-management' },
  conversation: { form: 'string-or-object' },
  include: { form: 'array' },
  instructions: { form: 'string' },
  max_output_tokens: { form: 'count' },
  max_tool_calls: { form: 'count', feature: 'built-in-tools' },
  metadata: { form: 'object', feature: 'metadata' },
  moderation: { form: 'object', feature: 'moderation' },
  parallel_tool_calls: { form: 'boolean', feature: 'parallel-tool-calls' },
  previous_response_id: { form: 'string' },
  prompt: { form: 'object' },
  prompt_cache_key: { form: 'string', feature: 'prompt-cache' },
  prompt_cache_options: { form: 'object', feature: 'prompt-cache' },
  prompt_cache_retention: { form: 'string', feature: 'prompt-cache' },
  reasoning: { form: 'object' },
  safety_identifier: { form: 'string', feature: 'safety-identifier' },
  service_tier: { form: 'string', feature: 'service-tier' },
  store: { form: 'boolean' },
  stream: { form: 'boolean' },
  stream_options: { form: 'object' },
  temperature: { form: 'number', feature: 'temperature' },
  text: { form: 'object' },
  tool_choice: { form: 'string-or-object' },
  tools: { form: 'array' },
  top_logprobs: { form: 'count' },
  top_p: { form: 'number', feature: 'top-p' },
  truncation: { form: 'string' },
  user: { form: 'string', feature: 'user' },
}

export const FORMS: Readonly<Record<string, FieldForm>> = Object.fromEntries(
  Object.entries(FIELDS).map(([name, { form }]) => [name, form]),
)

export const ROLES = ['user', 'assistant', 'system', 'developer'] as const

/** Parts of a message or of what a tool answered, and the feature that each asks for. */
export const PARTS: Readonly<Record<string, Feature | undefined>> = {
  input_text: undefined,
  output_text: undefined,
  text: undefined,
  refusal: undefined,
  summary_text: undefined,
  reasoning_text: undefined,
  input_image: 'vision',
  input_file: 'file-input',
  input_audio: 'audio-input',
}

/** Items that say something in every dialect; all others belong to tools that only OpenAI's models know. */
export const PLAIN_ITEMS: ReadonlySet<string> = new Set([
  'message',
  'reasoning',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'item_reference',
])

/** What a kind of tool asks for. */
export function toolFeature(type: string): Feature {
  if (type === 'function' || type === 'namespace') return 'tools'
  if (type === 'custom') return 'custom-tools'
  if (type.startsWith('web_search')) return 'web-search'
  return CLIENT_RUN.has(type) ? 'built-in-tools' : 'hosted-tools'
}

/** Tools of OpenAI's models that the client runs: they send nothing to anybody else. */
const CLIENT_RUN = new Set([
  'local_shell',
  'apply_patch',
  'computer',
  'computer_use_preview',
  'tool_search',
  'programmatic_tool_calling',
])

/** Fields that ask for a feature only with some of their values. */
const BY_VALUE: Readonly<Partial<Record<Feature, string>>> = {
  store: 'store',
  'tool-choice': 'tool_choice',
  truncation: 'truncation',
}

/** The top-level fields that ask for one of these features: what to leave out where it cannot be expressed. */
export function fieldsAsking(features: readonly string[]): readonly string[] {
  if (features.length === 0) return []
  const wanted = new Set(features)
  const direct = Object.keys(FIELDS).filter((name) => wanted.has(FIELDS[name]?.feature ?? ''))
  const byValue = Object.entries(BY_VALUE).filter(([feature]) => wanted.has(feature))
  return [...direct, ...byValue.map(([, field]) => field)]
}
