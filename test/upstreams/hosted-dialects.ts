import {
  badRequest,
  BOTH_LIMITS,
  limitOf,
  plain,
  plainError,
  plainUsage,
  type ChatDialect,
} from './chat-dialect.ts'
import { fields, isPresent, text, tokensOf, type Fields } from './read.ts'
import { idFor } from './simulation.ts'

/** Top-level fields of CreateChatCompletionRequest. Source: OpenAI's openapi.json 2.3.0. */
const OPENAI_FIELDS = new Set(
  (
    'audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages ' +
    'metadata modalities model moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key ' +
    'prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier ' +
    'stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options'
  ).split(' '),
)

const isReasoningModel = (body: Fields): boolean =>
  /^(?:gpt-[5-9]|o\d)/.test(text(body['model']) ?? '') && !/chat/.test(text(body['model']) ?? '')

/** Shapes as recorded from api.openai.com; `obfuscation` evens out the length of stream events and is on by default. */
export const openaiDialect: ChatDialect = {
  ...plain,
  provider: 'openai',
  basePath: '/v1',
  models: ['gpt-5.2', 'gpt-5-mini', 'gpt-5-nano'],
  unauthorized: (isMissing) =>
    plainError({
      status: 401,
      message: isMissing ? "You didn't provide an API key." : 'Incorrect API key provided.',
      type: 'invalid_request_error',
      ...(isMissing ? {} : { code: 'invalid_api_key' }),
    }),
  headers: (order) => ({
    'x-request-id': idFor(order, 'req_'),
    'openai-processing-ms': '12',
    'openai-version': '2020-10-01',
  }),
  envelope: (turn, object) => ({
    ...plain.envelope(turn, object),
    service_tier: 'default',
    system_fingerprint: null,
  }),
  choice: ({ index, content, calls, finish }) => ({
    index,
    message: {
      role: 'assistant',
      content,
      refusal: null,
      annotations: [],
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
    logprobs: null,
    finish_reason: finish,
  }),
  firstDelta: { role: 'assistant', content: '', refusal: null },
  usage: (turn) => ({
    ...plainUsage(turn),
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: turn.answer.usage.reasoning * turn.choices,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }),
  chunkExtras: ({ body, order }, frame) =>
    fields(body['stream_options'])['include_obfuscation'] === false
      ? {}
      : { obfuscation: idFor(order * 1000 + frame, '').slice(0, 1 + ((order + frame) % 14)) },
  reasoning: (body) =>
    isReasoningModel(body) && !['none', 'minimal'].includes(text(body['reasoning_effort']) ?? '')
      ? 64
      : 0,
  refuse: (body) => {
    const unknown = Object.keys(body).find((name) => !OPENAI_FIELDS.has(name))
    if (unknown !== undefined) {
      return badRequest(`Unknown parameter: '${unknown}'.`, unknown, 'unknown_parameter')
    }
    if (isReasoningModel(body) && isPresent(body['max_tokens'])) {
      const message =
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
      return badRequest(message, 'max_tokens', 'unsupported_parameter')
    }
    return undefined
  },
}

/** Together's chunks carry `text` beside `delta`, and usage in the last chunk, asked or not. */
export const togetherDialect: ChatDialect = {
  ...plain,
  provider: 'together',
  basePath: '/v1',
  models: ['meta-llama/Llama-4-Scout-17B-16E-Instruct', 'deepseek-ai/DeepSeek-V3'],
  headers: (order) => ({ 'x-request-id': idFor(order, '') }),
  id: (order) => idFor(order, 'o'),
  choice: ({ index, content, calls, finish }) => ({
    finish_reason: finish,
    seed: 7,
    logprobs: null,
    index,
    message: { role: 'assistant', content, tool_calls: calls },
  }),
  envelope: (turn, object) => ({
    ...plain.envelope(turn, object),
    ...(object === 'chat.completion' ? { prompt: [] } : {}),
  }),
  chunkChoice: ({ index, delta, finish }) => ({
    index,
    text: text(delta['content']) ?? '',
    logprobs: null,
    finish_reason: finish,
    seed: finish === null ? null : 7,
    delta: { role: 'assistant', content: '', ...delta },
  }),
  usageWhenAsked: 'last-chunk',
  chunkExtras: () => ({ usage: null }),
}

/** Tokens of context that the simulated Fireworks models have. */
const FIREWORKS_CONTEXT_TOKENS = 131_072

/** Fireworks sends usage unasked and lowers an output limit that does not fit, unless told to fail. */
export const fireworksDialect: ChatDialect = {
  ...plain,
  provider: 'fireworks',
  basePath: '/inference/v1',
  models: ['accounts/fireworks/models/llama4-scout-instruct-basic'],
  headers: (order) => ({ 'x-request-id': idFor(order, '') }),
  id: (order) => idFor(order, ''),
  unauthorized: () => ({
    fault: {
      faultstring: 'Invalid ApiKey',
      detail: { errorcode: 'oauth.v2.InvalidApiKey' },
    },
  }),
  error: ({ message, type, code }) => ({
    error: { object: 'error', type, code: code ?? type, message },
  }),
  usageWhenAsked: 'last-chunk',
  usage: (turn) => ({ ...plainUsage(turn), prompt_tokens_details: { cached_tokens: 0 } }),
  refuse: (body) => {
    const wanted = limitOf(body, BOTH_LIMITS) ?? 0
    const prompt = tokensOf(JSON.stringify(body['messages']))
    const isTooLong = prompt + wanted > FIREWORKS_CONTEXT_TOKENS
    return isTooLong && body['context_length_exceeded_behavior'] === 'error'
      ? badRequest(`The prompt and max_tokens together exceed ${FIREWORKS_CONTEXT_TOKENS} tokens.`)
      : undefined
  },
}
