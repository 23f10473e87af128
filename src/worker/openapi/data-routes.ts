import type { SurfaceName } from '../../domain/request.ts'
import type { Dialect } from '../../surfaces/surface.ts'

/** A path of the data plane. Bodies and answers are the vendors' own, by reference to where they describe them. */
export type DataRoute = {
  readonly method: 'get' | 'post'
  /** As Hono knows it, or as the surface serves it. */
  readonly path: string
  readonly summary: string
  readonly dialect: Dialect['name']
  /** Whose body it takes; absent: none of a vendor. */
  readonly surface?: SurfaceName
  /** Where the body and the answer are described. */
  readonly described?: string
  /** The answer is about one decision, and carries its headers. */
  readonly decides: boolean
  readonly isOpen?: true
}

const OPENAI = 'https://platform.openai.com/docs/api-reference'
const ANTHROPIC = 'https://docs.anthropic.com/en/api'
const GEMINI = 'https://ai.google.dev/api'
const OLLAMA = 'https://github.com/ollama/ollama/blob/main/docs/api.md'

const GEMINI_PATHS = ['/v1/models/:model', '/v1beta/models/:model'] as const

const gemini = (
  method: string,
  summary: string,
  surface: SurfaceName,
  page: string,
): readonly DataRoute[] =>
  GEMINI_PATHS.map((path) => ({
    method: 'post',
    path: `${path}:${method}`,
    summary,
    dialect: 'gemini',
    surface,
    described: `${GEMINI}/${page}`,
    decides: true,
  }))

const ollama = (path: string, summary: string, surface: SurfaceName): DataRoute => ({
  method: 'post',
  path: `/api/${path}`,
  summary,
  dialect: 'ollama',
  surface,
  described: OLLAMA,
  decides: true,
})

/** What apps talk to. */
export const DATA_ROUTES: readonly DataRoute[] = [
  {
    method: 'post',
    path: '/v1/chat/completions',
    summary: 'A chat, in OpenAI’s format',
    dialect: 'openai',
    surface: 'openai-chat',
    described: `${OPENAI}/chat/create`,
    decides: true,
  },
  {
    method: 'post',
    path: '/v1/responses',
    summary: 'A response, in OpenAI’s format. Nothing is stored',
    dialect: 'openai',
    surface: 'openai-responses',
    described: `${OPENAI}/responses/create`,
    decides: true,
  },
  {
    method: 'post',
    path: '/v1/embeddings',
    summary: 'Embeddings, in OpenAI’s format',
    dialect: 'openai',
    surface: 'openai-embeddings',
    described: `${OPENAI}/embeddings/create`,
    decides: true,
  },
  {
    method: 'post',
    path: '/v1/messages',
    summary: 'A message, in Anthropic’s format',
    dialect: 'anthropic',
    surface: 'anthropic-messages',
    described: `${ANTHROPIC}/messages`,
    decides: true,
  },
  {
    method: 'post',
    path: '/v1/messages/count_tokens',
    summary: 'The tokens of a message, in Anthropic’s format',
    dialect: 'anthropic',
    surface: 'anthropic-count-tokens',
    described: `${ANTHROPIC}/messages-count-tokens`,
    decides: true,
  },
  ...gemini('generateContent', 'Content, in Gemini’s format', 'gemini', 'generate-content'),
  ...gemini('streamGenerateContent', 'Content as a stream', 'gemini', 'generate-content'),
  ...gemini('countTokens', 'The tokens of a content', 'gemini-count-tokens', 'tokens'),
  ...gemini('embedContent', 'An embedding', 'gemini-embeddings', 'embeddings'),
  ...gemini('batchEmbedContents', 'Embeddings', 'gemini-embeddings', 'embeddings'),
  ollama('chat', 'A chat, in Ollama’s format', 'ollama'),
  ollama('generate', 'A completion, in Ollama’s format', 'ollama-generate'),
  ollama('embed', 'Embeddings, in Ollama’s format', 'ollama-embeddings'),
  ollama('embeddings', 'One embedding, in Ollama’s older format', 'ollama-embeddings'),
  {
    method: 'post',
    path: '/v1/explain',
    summary:
      'What would be decided about a body of /v1/chat/completions. Nothing is sent or recorded',
    dialect: 'openai',
    surface: 'openai-chat',
    described: `${OPENAI}/chat/create`,
    decides: true,
  },
  {
    method: 'post',
    path: '/v1/explain/*',
    summary:
      'What would be decided about a body of the path that follows, such as /v1/explain/v1/messages',
    dialect: 'openai',
    decides: true,
  },
  {
    method: 'get',
    path: '/v1/decisions/:id',
    summary: 'The receipt of a decision of the key’s team, what its attempts came to, and proofs',
    dialect: 'openai',
    decides: false,
  },
  {
    method: 'get',
    path: '/v1/models',
    summary: 'Names that this key may use',
    dialect: 'openai',
    described: `${OPENAI}/models/list`,
    decides: false,
  },
  {
    method: 'get',
    path: '/api/tags',
    summary: 'Names that this key may use, in Ollama’s format',
    dialect: 'ollama',
    described: OLLAMA,
    decides: false,
  },
  {
    method: 'get',
    path: '/api/ps',
    summary: 'Loaded models, in Ollama’s format: none are',
    dialect: 'ollama',
    described: OLLAMA,
    decides: false,
  },
  {
    method: 'post',
    path: '/api/show',
    summary: 'What a model can do, in Ollama’s format',
    dialect: 'ollama',
    described: OLLAMA,
    decides: false,
  },
  {
    method: 'get',
    path: '/api/version',
    summary: 'The version of Ollama’s format that is spoken',
    dialect: 'ollama',
    described: OLLAMA,
    decides: false,
    isOpen: true,
  },
  {
    method: 'get',
    path: '/',
    summary: 'What Ollama’s clients ask first: whether somebody is there',
    dialect: 'ollama',
    described: OLLAMA,
    decides: false,
    isOpen: true,
  },
  {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the Worker runs',
    dialect: 'openai',
    decides: false,
    isOpen: true,
  },
  {
    method: 'get',
    path: '/admin/login',
    summary:
      'Only where `npm start` runs: takes the code that was printed, and answers with a session',
    dialect: 'openai',
    decides: false,
    isOpen: true,
  },
]

/** Headers that a request may have. */
export const REQUEST_HEADERS: Readonly<Record<string, string>> = {
  'demarc-label':
    'At least this label: a level (public, internal, confidential, restricted), then optionally categories and countries, such as `confidential; hr, project-x; DE`. Declaring only raises.',
  'demarc-quality': 'At least this quality of a model: basic, standard or frontier.',
  'demarc-max-cost-usd': 'What the request may cost at most, in dollars, such as 0.05.',
  'demarc-tags': 'At most 10 pairs for the ledger: `env=prod, feature=search`.',
  'demarc-session': 'Names a conversation, so that it stays where its cache is.',
  'demarc-strict': '1: refuse what a destination cannot express, instead of naming it.',
}

/** Headers that the answer to a decision has. */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'demarc-decision': 'The id of the decision: GET /v1/decisions/{id} has its receipt.',
  'demarc-destination': 'Who answered.',
  'demarc-model': 'Our id of the model that answered.',
  'demarc-label':
    'What was found: level, categories, countries, such as `confidential; pii, bank; DE`. What was not read counts as the worst and says so: `restricted; pii; ; unscanned`.',
  'demarc-policy': 'The hash of the policy that decided.',
  'demarc-form': '`redacted`, if the request was sent with findings replaced.',
  'demarc-unsupported': 'Fields that the destination cannot express, and did not get.',
  'demarc-review': '`human`, if a person is to look at the answer before it is used.',
  'demarc-output-limit': 'Output tokens that the key’s own setting put in.',
}
