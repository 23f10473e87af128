import type { Feature } from '../domain/features.ts'
import type { FieldForm } from './body-fields.ts'

export type Field = { readonly form: FieldForm; readonly feature?: Feature }

/**
 * Every top-level field of OpenAI's published schema, with what it may hold and the feature that using it asks for.
 * A field outside this list goes only to destinations of zone `own`.
 * Source: openapi.json 2.3.0, CreateChatCompletionRequest.
 */
export const FIELDS: Readonly<Record<string, Field>> = {
  model: { form: 'string' },
  messages: { form: 'array' },
  audio: { form: 'object', feature: 'audio-output' },
  frequency_penalty: { form: 'number', feature: 'penalties' },
  function_call: { form: 'string-or-object', feature: 'tool-choice' },
  functions: { form: 'array', feature: 'tools' },
  logit_bias: { form: 'object', feature: 'logit-bias' },
  logprobs: { form: 'boolean', feature: 'logprobs' },
  max_completion_tokens: { form: 'integer' },
  max_tokens: { form: 'integer' },
  metadata: { form: 'object', feature: 'metadata' },
  modalities: { form: 'array' },
  moderation: { form: 'object', feature: 'moderation' },
  n: { form: 'integer' },
  parallel_tool_calls: { form: 'boolean', feature: 'parallel-tool-calls' },
  prediction: { form: 'object', feature: 'prediction' },
  presence_penalty: { form: 'number', feature: 'penalties' },
  prompt_cache_key: { form: 'string', feature: 'prompt-cache' },
  prompt_cache_options: { form: 'object', feature: 'prompt-cache' },
  prompt_cache_retention: { form: 'string', feature: 'prompt-cache' },
  reasoning_effort: { form: 'string', feature: 'reasoning-effort' },
  response_format: { form: 'object' },
  safety_identifier: { form: 'string', feature: 'safety-identifier' },
  seed: { form: 'integer', feature: 'seed' },
  service_tier: { form: 'string', feature: 'service-tier' },
  stop: { form: 'string-or-array', feature: 'stop' },
  store: { form: 'boolean' },
  stream: { form: 'boolean' },
  stream_options: { form: 'object' },
  temperature: { form: 'number', feature: 'temperature' },
  tool_choice: { form: 'string-or-object' },
  tools: { form: 'array' },
  top_logprobs: { form: 'integer', feature: 'logprobs' },
  top_p: { form: 'number', feature: 'top-p' },
  user: { form: 'string', feature: 'user' },
  verbosity: { form: 'string', feature: 'verbosity' },
  web_search_options: { form: 'object', feature: 'web-search' },
}

export const FORMS: Readonly<Record<string, FieldForm>> = Object.fromEntries(
  Object.entries(FIELDS).map(([name, { form }]) => [name, form]),
)

export const ROLES = ['developer', 'system', 'user', 'assistant', 'tool', 'function'] as const

/** Content parts of a message, and the feature that each asks for. */
export const PARTS: Readonly<Record<string, Feature | undefined>> = {
  text: undefined,
  refusal: undefined,
  image_url: 'vision',
  input_audio: 'audio-input',
  file: 'file-input',
}

/** Fields that ask for a feature only with some of their values. */
const BY_VALUE: Readonly<Partial<Record<Feature, string>>> = {
  store: 'store',
  n: 'n',
  'tool-choice': 'tool_choice',
}

/** The top-level fields that ask for one of these features: what to leave out where it cannot be expressed. */
export function fieldsAsking(features: readonly string[]): readonly string[] {
  if (features.length === 0) return []
  const wanted = new Set(features)
  const direct = Object.keys(FIELDS).filter((name) => wanted.has(FIELDS[name]?.feature ?? ''))
  const byValue = Object.entries(BY_VALUE).filter(([feature]) => wanted.has(feature))
  return [...direct, ...byValue.map(([, field]) => field)]
}
