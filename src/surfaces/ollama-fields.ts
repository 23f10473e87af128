import type { Feature } from '../domain/features.ts'
import type { FieldForm } from './body-fields.ts'

/** Of both operations. Source: https://docs.ollama.com/api (read 2026-11-25) and the types of ollama-js 0.6.4. */
const COMMON: Readonly<Record<string, FieldForm>> = {
  model: 'string',
  format: 'any',
  keep_alive: 'any',
  logprobs: 'boolean',
  options: 'object',
  shift: 'boolean',
  stream: 'boolean',
  think: 'any',
  top_logprobs: 'count',
  truncate: 'boolean',
}

/** Every top-level field of `/api/chat`. A field outside this list goes only to destinations of zone `own`. */
export const CHAT_FIELDS: Readonly<Record<string, FieldForm>> = {
  ...COMMON,
  messages: 'array',
  tools: 'array',
}

/** The same of `/api/generate`. */
export const GENERATE_FIELDS: Readonly<Record<string, FieldForm>> = {
  ...COMMON,
  context: 'array',
  height: 'count',
  images: 'array',
  prompt: 'string',
  raw: 'boolean',
  steps: 'count',
  suffix: 'string',
  system: 'string',
  template: 'string',
  width: 'count',
}

/** What `options` may hold of which other dialects have words, and what it may be. */
export const OPTIONS: Readonly<Record<string, FieldForm>> = {
  frequency_penalty: 'number',
  num_predict: 'number',
  presence_penalty: 'number',
  seed: 'number',
  stop: 'string-or-array',
  temperature: 'number',
  top_k: 'count',
  top_p: 'number',
}

/** The features that options ask for just by being there. */
export const OPTION_FEATURES: Readonly<Record<string, Feature>> = {
  frequency_penalty: 'penalties',
  presence_penalty: 'penalties',
  seed: 'seed',
  stop: 'stop',
  temperature: 'temperature',
  top_k: 'top-k',
  top_p: 'top-p',
}

/** Top-level fields for which no other dialect has words, in any value but null. */
export const ONLY_OWN: readonly string[] = [
  'context',
  'height',
  'keep_alive',
  'raw',
  'shift',
  'steps',
  'suffix',
  'template',
  'truncate',
  'width',
]

const BY_FEATURE: Readonly<Partial<Record<Feature, string>>> = {
  'json-object': 'format',
  'json-schema': 'format',
  'reasoning-effort': 'think',
  logprobs: 'logprobs',
  tools: 'tools',
}

/** The top-level fields that ask for one of these features, or are named themselves; `options` holds many. */
export function fieldsAsking(features: readonly string[]): readonly string[] {
  const named = { ...CHAT_FIELDS, ...GENERATE_FIELDS }
  const fields = features.flatMap((feature) => {
    if (Object.hasOwn(named, feature)) return [feature]
    const [, field] = Object.entries(BY_FEATURE).find(([of]) => of === feature) ?? []
    // What no schema of ours names can only have stood among the options.
    return [field ?? 'options']
  })
  return [...new Set(fields)]
}

/** As keys they say nothing about anybody. Every other key is read like text. */
export const WORDS: ReadonlySet<string> = new Set([
  ...Object.keys(CHAT_FIELDS),
  ...Object.keys(GENERATE_FIELDS),
  ...Object.keys(OPTIONS),
  ...`role content thinking tool_calls tool_name tool_call_id id function name arguments index type
  description parameters properties required items enum additionalProperties input dimensions
  extra_content google thought_signature num_ctx num_keep num_batch num_gpu num_thread main_gpu
  min_p typical_p repeat_last_n repeat_penalty mirostat mirostat_tau mirostat_eta use_mmap
  penalize_newline`.split(/\s+/),
])
