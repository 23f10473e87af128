import { badRequest, limitOf, plain, plainUsage, type ChatDialect } from './chat-dialect.ts'
import { fields, list, text, tokensOf, type Fields } from './read.ts'
import { jsonReply, SIMULATION_HEADERS } from './simulation.ts'

/** vLLM's server: numeric error codes, `tool_choice` unset means none, `tool_calls` only if there are any. */
export const vllmDialect: ChatDialect = {
  ...plain,
  provider: 'vllm',
  basePath: '/v1',
  models: ['meta-llama/Llama-4-Scout-17B-16E-Instruct', 'Qwen/Qwen3-30B-A3B-Instruct-2507'],
  extraRoutes: {
    'GET /health': { status: 200, headers: SIMULATION_HEADERS, body: '' },
    'GET /version': jsonReply(200, { version: 'simulation' }),
  },
  publicPaths: ['/health', '/version'],
  unauthorized: () => ({ error: 'Unauthorized' }),
  error: ({ status, message, param }) => ({
    error: {
      message,
      type: status < 500 ? 'BadRequestError' : 'InternalServerError',
      param: param ?? null,
      code: status,
    },
  }),
  choice: ({ index, content, calls, finish }) => ({
    index,
    message: {
      role: 'assistant',
      content,
      refusal: null,
      annotations: null,
      audio: null,
      function_call: null,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
      reasoning: null,
    },
    logprobs: null,
    finish_reason: finish,
    stop_reason: null,
    token_ids: null,
  }),
  chunkChoice: ({ index, delta, finish }) => ({
    index,
    delta,
    logprobs: null,
    finish_reason: finish,
    ...(finish === null ? {} : { stop_reason: null }),
    token_ids: null,
  }),
  lastDelta: { content: '' },
  usage: (turn) => ({ ...plainUsage(turn), prompt_tokens_details: null }),
  toolChoiceUnset: 'none',
}

/**
 * llama-server 0.7.0: a first chunk of `content: null`, `timings` in the last, numeric error codes, comments that keep a
 * stream open. Any model id is served.
 */
export const llamaCppDialect: ChatDialect = {
  ...plain,
  provider: 'llama-cpp',
  basePath: '/v1',
  models: ['gemma-3-12b-it'],
  extraRoutes: {
    'GET /health': jsonReply(200, { status: 'ok' }),
    'GET /v1/health': jsonReply(200, { status: 'ok' }),
  },
  publicPaths: ['/health', '/v1/health', '/models', '/v1/models'],
  unauthorized: () => ({
    error: { code: 401, message: 'Invalid API Key', type: 'authentication_error' },
  }),
  error: ({ status, message, type, more }) => ({
    error: { code: status, message, type, ...more },
  }),
  envelope: (turn, object) => ({
    ...plain.envelope(turn, object),
    system_fingerprint: 'b0-simulation',
  }),
  choice: ({ index, content, calls, finish }) => ({
    finish_reason: finish,
    index,
    message: { role: 'assistant', content, ...(calls.length > 0 ? { tool_calls: calls } : {}) },
  }),
  chunkChoice: ({ index, delta, finish }) => ({ finish_reason: finish, index, delta }),
  firstDelta: { role: 'assistant', content: null },
  opening: [':\n\n'],
  // With n > 1 it counts one choice.
  usage: (turn) => plainUsage({ ...turn, choices: 1 }),
  bodyExtras: ({ answer: { usage } }) => ({
    timings: {
      prompt_n: usage.input,
      prompt_ms: 10,
      predicted_n: usage.output,
      predicted_ms: 20,
    },
  }),
  refuse: (body) => {
    const prompt = tokensOf(JSON.stringify(body['messages']))
    if (prompt <= LLAMA_CPP_CONTEXT_TOKENS) return undefined
    return {
      status: 400,
      message: 'the request exceeds the available context size',
      type: 'exceed_context_size_error',
      more: { n_prompt_tokens: prompt, n_ctx: LLAMA_CPP_CONTEXT_TOKENS },
    }
  },
}

/** Tokens of context that the simulated llama-server was started with. */
const LLAMA_CPP_CONTEXT_TOKENS = 131_072

/** Ollama's `/v1`: knows only `max_tokens`, ignores `tool_choice` and `n`, sends tool calls whole, reads no image URLs. */
export const ollamaDialect: ChatDialect = {
  ...plain,
  provider: 'ollama',
  basePath: '/v1',
  models: ['qwen3:8b', 'gemma3:12b'],
  extraRoutes: {
    'GET /': {
      status: 200,
      headers: { ...SIMULATION_HEADERS, 'content-type': 'text/plain' },
      body: 'Ollama is running',
    },
    'GET /api/version': jsonReply(200, { version: 'simulation' }),
    'GET /api/tags': jsonReply(200, {
      models: ['qwen3:8b', 'gemma3:12b'].map((name) => ({ name, model: name })),
    }),
  },
  publicPaths: ['/', '/api/version', '/api/tags'],
  error: ({ message, type, param, code }) => ({
    error: { message, type, param: param ?? null, code: code ?? null },
  }),
  id: (order) => `chatcmpl-${100 + (order % 900)}`,
  envelope: (turn, object) => ({
    ...plain.envelope(turn, object),
    system_fingerprint: 'fp_ollama',
  }),
  choice: ({ index, content, calls, finish }) => ({
    index,
    message: {
      role: 'assistant',
      content: content ?? '',
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
    finish_reason: finish,
  }),
  lastDelta: { role: 'assistant', content: '' },
  hasChoices: false,
  hasToolChoice: false,
  wholeCalls: true,
  outputTokensMax: (body) => limitOf(body, ['max_tokens']),
  refuse: (body) => (hasImageUrl(body) ? badRequest('invalid image input') : undefined),
}

function hasImageUrl(body: Fields): boolean {
  return list(body['messages'])
    .flatMap((message) => list(fields(message)['content']))
    .map((part) => text(fields(fields(part)['image_url'])['url']))
    .some((url) => url !== undefined && !url.startsWith('data:'))
}
