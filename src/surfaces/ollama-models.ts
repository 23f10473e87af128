import type { JsonObject } from '../domain/json.ts'

/** A name that a client may ask for, and what stands behind it. */
export type NamedModel = {
  readonly name: string
  readonly operation: 'chat' | 'embeddings'
  readonly tools: boolean
  readonly vision: boolean
  /** Input and output together: the largest of what it may stand for. */
  readonly contextTokens: number
}

/** Nobody has a file of it here; what is not known stays empty. */
const DETAILS: JsonObject = {
  parent_model: '',
  format: '',
  family: 'demarc',
  families: ['demarc'],
  parameter_size: '',
  quantization_level: '',
}

/** An answer of `GET /api/tags`. Source: https://docs.ollama.com/api/tags (read 2026-11-25). */
export const renderTags = (models: readonly NamedModel[], atMs: number): JsonObject => ({
  models: models.map(({ name }) => ({
    name,
    model: name,
    modified_at: new Date(atMs).toISOString(),
    size: 0,
    digest: '',
    details: DETAILS,
  })),
})

/** An answer of `POST /api/show`: clients look there for what a model can do, and how much it can read. */
export const renderShow = (model: NamedModel, atMs: number): JsonObject => ({
  modelfile: '',
  parameters: '',
  template: '',
  details: DETAILS,
  model_info: {
    'general.architecture': 'demarc',
    'general.basename': model.name,
    'demarc.context_length': model.contextTokens,
  },
  capabilities: capabilitiesOf(model),
  modified_at: new Date(atMs).toISOString(),
})

function capabilitiesOf({ operation, tools, vision }: NamedModel): string[] {
  if (operation === 'embeddings') return ['embedding']
  return ['completion', ...(tools ? ['tools'] : []), ...(vision ? ['vision'] : [])]
}

/** Clients switch on what a version can do; this is the one whose API is spoken here. */
export const OLLAMA_VERSION = '0.13.3'

/** The answer to a wish that a model be loaded or unloaded: models are where they are. */
export const renderLoaded = (model: string, wish: 'load' | 'unload', atMs: number): JsonObject => ({
  model,
  created_at: new Date(atMs).toISOString(),
  response: '',
  message: { role: 'assistant', content: '' },
  done: true,
  done_reason: wish,
})
