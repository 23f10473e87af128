import type { Feature } from '../domain/features.ts'
import { snakeCase } from '../wire/gemini-words.ts'
import type { FieldForm } from './body-fields.ts'

/**
 * Every top-level field of the published schema, with what it may hold; each may be written in snake case, too. A field
 * outside this list goes only to destinations of zone `own`.
 * Source: https://ai.google.dev/api/generate-content (read 2026-11-23), and the requests of @google/genai 3.3.0.
 */
export const FIELDS: Readonly<Record<string, FieldForm>> = {
  contents: 'object-or-array',
  cachedContent: 'string',
  generationConfig: 'object',
  labels: 'object',
  model: 'string',
  modelArmorConfig: 'object',
  safetySettings: 'array',
  serviceTier: 'string',
  store: 'boolean',
  systemInstruction: 'string-or-object',
  toolConfig: 'object',
  tools: 'array',
}

/** What `generationConfig` may hold, as far as we read it. */
export const CONFIG_FIELDS: Readonly<Record<string, FieldForm>> = {
  candidateCount: 'count',
  frequencyPenalty: 'number',
  logprobs: 'count',
  maxOutputTokens: 'count',
  presencePenalty: 'number',
  responseJsonSchema: 'any',
  responseLogprobs: 'boolean',
  responseMimeType: 'string',
  responseModalities: 'array',
  responseSchema: 'object',
  seed: 'number',
  stopSequences: 'array',
  temperature: 'number',
  thinkingConfig: 'object',
  topK: 'number',
  topP: 'number',
}

/** The features that members of `generationConfig` ask for just by being there. */
export const CONFIG_FEATURES: Readonly<Record<string, Feature>> = {
  frequencyPenalty: 'penalties',
  logprobs: 'logprobs',
  presencePenalty: 'penalties',
  responseJsonSchema: 'json-schema',
  responseLogprobs: 'logprobs',
  responseSchema: 'json-schema',
  seed: 'seed',
  speechConfig: 'audio-output',
  temperature: 'temperature',
  thinkingConfig: 'reasoning-effort',
  topK: 'top-k',
  topP: 'top-p',
}

/** Members of `generationConfig` for which no other dialect has words, in any value but null. */
export const CONFIG_ONLY_OWN: readonly string[] = [
  'audioTimestamp',
  'enableAffectiveDialog',
  'enableEnhancedCivicAnswers',
  'imageConfig',
  'mediaResolution',
  'modelSelectionConfig',
  'routingConfig',
  'translationConfig',
]

/** Top-level fields for which no other dialect has words, in any value but null. */
export const ONLY_OWN: readonly string[] = [
  'cachedContent',
  'labels',
  'modelArmorConfig',
  'safetySettings',
  'serviceTier',
]

const BY_FEATURE: Readonly<Partial<Record<Feature, readonly string[]>>> = {
  'service-tier': ['serviceTier'],
  'tool-choice': ['toolConfig'],
  'web-search': ['tools'],
  store: ['store'],
  tools: ['tools'],
}

const CONFIG_BY_VALUE: ReadonlySet<string> = new Set<Feature>([
  ...Object.values(CONFIG_FEATURES),
  'json-object',
  'n',
  'stop',
])

/** The top-level fields that ask for one of these features, or are named themselves; `generationConfig` holds many. */
export function fieldsAsking(features: readonly string[]): readonly string[] {
  const wanted = new Set(features)
  const direct = Object.keys(FIELDS).filter((name) => wanted.has(name))
  const byFeature = Object.entries(BY_FEATURE).flatMap(([feature, names]) =>
    wanted.has(feature) ? names : [],
  )
  const inConfig =
    features.some((one) => CONFIG_BY_VALUE.has(one)) ||
    CONFIG_ONLY_OWN.some((name) => wanted.has(name))
  return [...new Set([...direct, ...byFeature, ...(inConfig ? ['generationConfig'] : [])])]
}

/** Members of a tool that the client itself answers. All others are run by Google, or by those whom it asks. */
export const CLIENT_TOOLS: ReadonlySet<string> = new Set(['functionDeclarations', 'computerUse'])

const CAMEL: ReadonlyMap<string, string> = new Map(
  [
    ...Object.keys(FIELDS),
    ...Object.keys(CONFIG_FIELDS),
    ...Object.keys(CONFIG_FEATURES),
    ...CONFIG_ONLY_OWN,
    'allowedFunctionNames',
    'codeExecution',
    'computerUse',
    'displayName',
    'executableCode',
    'fileData',
    'fileUri',
    'functionCall',
    'functionCallingConfig',
    'functionDeclarations',
    'functionResponse',
    'generateContentRequest',
    'includeThoughts',
    'inlineData',
    'mimeType',
    'parametersJsonSchema',
    'thinkingBudget',
    'thinkingLevel',
    'thoughtSignature',
  ].map((name) => [snakeCase(name), name]),
)

/** A field's name in camel case, however it is written; names that we do not know stay as they are. */
export const camelCase = (name: string): string => CAMEL.get(name) ?? name

/** As keys they say nothing about anybody. Every other key is read like text. */
export const WORDS: ReadonlySet<string> = new Set([
  ...CAMEL.keys(),
  ...CAMEL.values(),
  ...`parts role text name args id response output thought description parameters properties type
  format items required enum nullable category threshold mode title minItems maxItems
  propertyOrdering additionalProperties data parts`.split(/\s+/),
])
