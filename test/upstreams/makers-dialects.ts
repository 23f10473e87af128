import { badRequest, limitOf, plain, plainUsage, type ChatDialect } from './chat-dialect.ts'
import { fields, isPresent, list, text, type Fields } from './read.ts'
import { idFor } from './simulation.ts'

const unknownField = (body: Fields, known: ReadonlySet<string>): string | undefined =>
  Object.keys(body).find((name) => !known.has(name))

/** Top-level fields. Source: https://docs.mistral.ai/api/. */
const MISTRAL_FIELDS = new Set(
  (
    'model messages temperature top_p max_tokens stream stop random_seed metadata response_format tools tool_choice ' +
    'presence_penalty frequency_penalty n prediction parallel_tool_calls reasoning_effort prompt_mode safe_prompt'
  ).split(' '),
)

const MISTRAL_ID = /^[A-Za-z0-9]{9}$/

/** Nine letters and digits of a longer id. */
const short = (call: unknown): Fields => {
  const { index: _none, type: _unsaid, ...rest } = fields(call)
  return { ...rest, id: (text(rest['id']) ?? '').slice(-9) }
}

const withShortCalls = (message: Fields): Fields =>
  message['tool_calls'] === undefined
    ? message
    : { ...message, tool_calls: list(message['tool_calls']).map(short) }

/** Mistral: calls whole and without an index, ids of nine characters, unknown fields refused, usage unasked. */
export const mistralDialect: ChatDialect = {
  ...plain,
  provider: 'mistral',
  basePath: '/v1',
  models: ['mistral-small-2603', 'mistral-large-2512'],
  unauthorized: () => ({ detail: 'Unauthorized' }),
  error: ({ message, type, code }) => ({
    object: 'error',
    message,
    type,
    param: null,
    code: code ?? '3000',
  }),
  id: (order) => idFor(order, ''),
  choice: (choice) => ({
    index: choice.index,
    message: withShortCalls({
      role: 'assistant',
      content: choice.content ?? '',
      tool_calls: choice.calls.length > 0 ? choice.calls : undefined,
    }),
    finish_reason: choice.finish,
  }),
  chunkChoice: ({ index, delta, finish }) => ({
    index,
    delta: withShortCalls(delta),
    finish_reason: finish,
  }),
  wholeCalls: true,
  usageWhenAsked: 'last-chunk',
  outputTokensMax: (body) => limitOf(body, ['max_tokens']),
  refuse: (body) => {
    const unknown = unknownField(body, MISTRAL_FIELDS)
    if (unknown !== undefined) {
      return { ...badRequest(`Extra inputs are not permitted: ${unknown}`), status: 422 }
    }
    const ids = list(body['messages'])
      .map(fields)
      .flatMap((message) => [
        ...list(message['tool_calls']).map((call) => fields(call)['id']),
        ...(message['role'] === 'tool' ? [message['tool_call_id']] : []),
      ])
    return ids.every((id) => MISTRAL_ID.test(text(id) ?? ''))
      ? undefined
      : badRequest('Tool call id must be a-z, A-Z, 0-9, with a length of 9.', undefined, '3280')
  },
}

const THOUGHT = 'Simulated thought: no model thinks.'

/** DeepSeek: thinks unless told not to, and then wants every thought before a call back; counts what the cache held. */
export const deepseekDialect: ChatDialect = {
  ...plain,
  provider: 'deepseek',
  basePath: '',
  models: ['deepseek-v4-flash', 'deepseek-v4-pro'],
  choice: ({ index, content, calls, finish }) => ({
    index,
    message: {
      role: 'assistant',
      content: content ?? '',
      reasoning_content: THOUGHT,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
    logprobs: null,
    finish_reason: finish,
  }),
  firstDelta: { role: 'assistant', content: null, reasoning_content: THOUGHT },
  usage: (turn) => ({
    ...plainUsage(turn),
    prompt_cache_hit_tokens: 0,
    prompt_cache_miss_tokens: turn.answer.usage.input,
    completion_tokens_details: { reasoning_tokens: 0 },
  }),
  hasChoices: false,
  outputTokensMax: (body) => limitOf(body, ['max_tokens']),
  refuse: (body) => {
    const isSilent = fields(body['thinking'])['type'] === 'disabled'
    const forgets = list(body['messages'])
      .map(fields)
      .some(
        (message) => isPresent(message['tool_calls']) && message['reasoning_content'] === undefined,
      )
    return forgets && !isSilent
      ? badRequest('The `reasoning_content` in the thinking mode must be passed back to the API.')
      : undefined
  },
}

/** Z.ai: `max_tokens` only, `auto` the only choice of tools, no options of a stream, usage unasked. */
export const zaiDialect: ChatDialect = {
  ...plain,
  provider: 'zai',
  basePath: '/api/paas/v4',
  models: ['glm-5.2', 'glm-5.3'],
  unauthorized: () => ({ error: { code: '1000', message: 'Authentication Failed' } }),
  error: ({ message, code }) => ({ error: { code: code ?? '1214', message } }),
  envelope: (turn, object) => ({ ...plain.envelope(turn, object), request_id: turn.id }),
  usage: (turn) => ({ ...plainUsage(turn), prompt_tokens_details: { cached_tokens: 0 } }),
  usageWhenAsked: 'last-chunk',
  hasChoices: false,
  outputTokensMax: (body) => limitOf(body, ['max_tokens']),
  refuse: (body) => {
    for (const name of ['stream_options', 'max_completion_tokens', 'presence_penalty'])
      if (body[name] !== undefined) return badRequest(`${name} is not supported`)
    if (!['auto', undefined].includes(text(body['tool_choice'])))
      return badRequest('The tool_choice parameter supports auto only.')
    const lateCalls =
      body['stream'] === true && list(body['tools']).length > 0 && body['tool_stream'] !== true
    // It would answer, with all arguments in one late chunk: nobody here means that.
    return lateCalls ? badRequest('tool_stream is not set') : undefined
  },
}

const SAFE = { hate: { filtered: false, severity: 'safe' } }

/** Azure OpenAI: what its filters found stands in a first chunk without choices, and beside every choice. */
export const azureDialect: ChatDialect = {
  ...plain,
  provider: 'azure-openai',
  basePath: '/openai/v1',
  models: ['gpt-5-mini'],
  unauthorized: () => ({
    error: { code: '401', message: 'Access denied due to invalid subscription key.' },
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
    content_filter_results: SAFE,
    finish_reason: finish,
  }),
  chunkChoice: ({ index, delta, finish }) => ({
    index,
    delta,
    logprobs: null,
    content_filter_results: SAFE,
    finish_reason: finish,
  }),
  opening: [
    `data: ${JSON.stringify({
      id: '',
      object: '',
      created: 0,
      model: '',
      choices: [],
      prompt_filter_results: [{ prompt_index: 0, content_filter_results: SAFE }],
    })}\n\n`,
  ],
  bodyExtras: () => ({
    prompt_filter_results: [{ prompt_index: 0, content_filter_results: SAFE }],
  }),
  refuse: (body) =>
    isPresent(body['max_tokens'])
      ? badRequest(
          "Unsupported parameter: 'max_tokens' is not supported with this model.",
          'max_tokens',
        )
      : undefined,
}
