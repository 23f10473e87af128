import type { Feature } from '../domain/features.ts'
import type { FieldForm } from './body-fields.ts'

/**
 * Every top-level field of the published schema, betas included, with what it may hold. A field outside this list goes
 * only to destinations of zone `own`.
 * Source: the types of @anthropic-ai/sdk 1.13.0, MessageCreateParams and BetaMessageCreateParams; temperature, top_k and
 * top_p from https://platform.claude.com/docs/en/api/messages (read 2026-11-23).
 */
export const FIELDS: Readonly<Record<string, FieldForm>> = {
  model: 'string',
  messages: 'array',
  max_tokens: 'count',
  billing_policy: 'any',
  cache_control: 'object',
  compaction: 'object',
  container: 'string-or-object',
  context_management: 'object',
  diagnostics: 'object',
  fallback_credit_token: 'string-or-object',
  fallbacks: 'any',
  inference_geo: 'string',
  mcp_servers: 'array',
  metadata: 'object',
  output_config: 'object',
  output_format: 'object',
  service_tier: 'string',
  speed: 'string',
  stop_sequences: 'array',
  stream: 'boolean',
  system: 'string-or-array',
  temperature: 'number',
  thinking: 'object',
  thread: 'any',
  tool_choice: 'object',
  tools: 'array',
  top_k: 'count',
  top_p: 'number',
  user_profile_id: 'string',
  workspace_id: 'string',
}

/** The features that fields ask for just by being there. */
export const FEATURES: Readonly<Record<string, Feature>> = {
  temperature: 'temperature',
  thinking: 'reasoning-effort',
  top_k: 'top-k',
  top_p: 'top-p',
}

/** Features that depend on what a field holds, and the field. */
const BY_VALUE: Readonly<Partial<Record<Feature, readonly string[]>>> = {
  'json-schema': ['output_config', 'output_format'],
  'parallel-tool-calls': ['tool_choice'],
  'reasoning-effort': ['thinking', 'output_config'],
  'service-tier': ['service_tier', 'speed', 'inference_geo'],
  'tool-choice': ['tool_choice'],
  'web-search': ['tools', 'mcp_servers', 'container'],
  metadata: ['metadata'],
  stop: ['stop_sequences'],
  tools: ['tools'],
  user: ['metadata'],
}

/** The top-level fields that ask for one of these features, or are named themselves. */
export function fieldsAsking(features: readonly string[]): readonly string[] {
  const wanted = new Set(features)
  const direct = Object.keys(FIELDS).filter(
    (name) => wanted.has(name) || wanted.has(FEATURES[name] ?? ''),
  )
  const byValue = Object.entries(BY_VALUE).filter(([feature]) => wanted.has(feature))
  return [...new Set([...direct, ...byValue.flatMap(([, fields]) => fields)])]
}

/** Fields for which no other dialect has words, in any value but null. */
export const ONLY_OWN: readonly string[] = [
  'billing_policy',
  'cache_control',
  'compaction',
  'container',
  'context_management',
  'diagnostics',
  'fallback_credit_token',
  'fallbacks',
  'inference_geo',
  'mcp_servers',
  'speed',
  'thread',
  'user_profile_id',
  'workspace_id',
]

/**
 * Tools that Anthropic defines and the client runs, or that only look through the tools of the request: nobody else gets
 * anything. All others without a schema of their own are run by Anthropic, or by those whom it asks.
 */
const DEFINED_TOOL =
  /^(?:bash|browser_toolset|computer|computer_toolset|memory|text_editor|tool_search_tool_(?:bm25|regex))_\d{8}$/

/** Who runs a tool, by its `type` and whether it has an `input_schema`. */
export function toolKind(
  type: string | undefined,
  hasSchema: boolean,
): 'own' | 'defined' | 'hosted' {
  if ((type === undefined || type === 'custom') && hasSchema) return 'own'
  return type !== undefined && DEFINED_TOOL.test(type) ? 'defined' : 'hosted'
}

/**
 * Most tokens that the definition of such a tool adds to the prompt. The largest that is published is 735, for the use of
 * a computer, and the newer toolsets define up to 31 tools.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview (read 2026-11-23).
 */
export const DEFINED_TOOL_TOKENS_MAX = 16_384

/** Blocks of which other dialects have a form, however it is called there. */
export const SHARED_BLOCKS: ReadonlySet<string> = new Set([
  'text',
  'image',
  'document',
  'search_result',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'tool_result',
])

/** As keys they say nothing about anybody. Every other key is read like text. */
export const WORDS: ReadonlySet<string> = new Set([
  ...Object.keys(FIELDS),
  ...`role content type text source media_type data url file_id title context citations enabled
  cache_control ttl tool_use_id id name input is_error thinking signature description input_schema
  strict properties required items additionalProperties enum budget_tokens effort format schema
  user_id disable_parallel_tool_use display defer_loading eager_input_streaming caller edits`.split(
    /\s+/,
  ),
])
