import { answerTo, pieces, type Answer, type Ask } from './answer.ts'
import { CREATED_S } from './chat-dialect.ts'
import type { Endpoint } from './endpoints.ts'
import { fields, isFields, list, parseFields, text, tokensOf, type Fields } from './read.ts'
import { eventFrame, idFor, jsonReply, streamReply, type Reply } from './simulation.ts'

/** Top-level fields of CreateResponse. Source: OpenAI's openapi.json 2.3.0. */
const KNOWN = new Set(
  (
    'background context_management conversation include input instructions max_output_tokens max_tool_calls metadata ' +
    'model moderation parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options ' +
    'prompt_cache_retention reasoning safety_identifier service_tier store stream stream_options temperature text ' +
    'tool_choice tools top_logprobs top_p truncation user'
  ).split(' '),
)

/** OpenAI's `POST /responses`, without a store: whatever refers to one is not found. */
export const responsesEndpoint: Endpoint = (request, quirks) => {
  const body = parseFields(request.body) ?? {}
  const wrong = problemOf(body)
  const headers = { 'x-request-id': idFor(request.order, 'req_') }
  if (wrong !== undefined) {
    const error = {
      message: wrong.message,
      type: 'invalid_request_error',
      param: wrong.param,
      code: null,
    }
    return jsonReply(wrong.status, { error }, headers)
  }
  const ask = askOf(body)
  const answer = answerTo(ask)
  const reply: Turn = {
    body,
    answer,
    order: request.order,
    isCounted: quirks.withoutUsage !== true,
  }
  return body['stream'] === true ? streamReply(framesOf(reply), headers) : whole(reply, headers)
}

type Turn = {
  readonly body: Fields
  readonly answer: Answer
  readonly order: number
  readonly isCounted: boolean
}

type Problem = { readonly status: number; readonly message: string; readonly param: string }

function problemOf(body: Fields): Problem | undefined {
  const unknown = Object.keys(body).find((name) => !KNOWN.has(name))
  if (unknown !== undefined)
    return { status: 400, message: `Unknown parameter: '${unknown}'.`, param: unknown }
  if (text(body['model']) === undefined)
    return { status: 400, message: "Missing required parameter: 'model'.", param: 'model' }
  const lost = list(body['input'])
    .map(fields)
    .find(
      (item) =>
        item['type'] === 'item_reference' ||
        (item['type'] === 'reasoning' && item['encrypted_content'] === undefined),
    )
  return lost === undefined
    ? undefined
    : { status: 404, message: `Item with id '${text(lost['id'])}' not found.`, param: 'input' }
}

function askOf(body: Fields): Ask {
  const items =
    typeof body['input'] === 'string'
      ? [{ role: 'user', content: body['input'] }]
      : list(body['input']).map(fields)
  const last = fields(items.at(-1))
  const results = items.filter((item) => text(item['type'])?.endsWith('_output') === true)
  const tools = list(body['tools'])
    .map(fields)
    .flatMap((tool) => (tool['type'] === 'namespace' ? list(tool['tools']).map(fields) : [tool]))
    .map((tool) => ({ name: text(tool['name']) ?? 'tool', parameters: fields(tool['parameters']) }))
  const effort = text(fields(body['reasoning'])['effort'])
  const choice = body['tool_choice']
  const named = text(fields(choice)['name'])
  const format = fields(fields(body['text'])['format'])
  return {
    provider: 'openai',
    model: text(body['model']) ?? '',
    messages: items.length,
    last: {
      role: last['role'] === 'user' ? 'user' : results.includes(last) ? 'tool' : 'other',
      text: contentText(last['content']),
    },
    toolResults: results.length,
    tools,
    choice:
      named !== undefined
        ? { name: named }
        : choice === 'none' || choice === 'required'
          ? choice
          : 'auto',
    parallel: body['parallel_tool_calls'] !== false,
    format:
      format['type'] === 'json_object'
        ? 'json'
        : isFields(format['schema'])
          ? { schema: format['schema'] }
          : 'text',
    outputTokensMax:
      typeof body['max_output_tokens'] === 'number' ? body['max_output_tokens'] : undefined,
    prompt: JSON.stringify([body['instructions'], body['input'], body['tools']]),
    reasoning: effort === undefined || effort === 'none' ? 0 : tokensOf(THOUGHT),
  }
}

const contentText = (content: unknown): string =>
  text(content) ??
  list(content)
    .map((part) => text(fields(part)['text']) ?? '')
    .join('\n')

const THOUGHT = 'Thinking of how to answer without a model.'

/** Items of the answer as they are when they are done. */
function itemsOf({ answer, order, body }: Turn): Fields[] {
  const items: Fields[] = []
  if (answer.usage.reasoning > 0) {
    const isSealed = list(body['include']).includes('reasoning.encrypted_content')
    items.push({
      id: idFor(order * 10, 'rs_'),
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: THOUGHT }],
      ...(isSealed ? { encrypted_content: `gAAAA${idFor(order, '')}` } : {}),
    })
  }
  if (answer.calls.length === 0) {
    const part = { type: 'output_text', text: answer.text, annotations: [], logprobs: [] }
    const status = answer.isCut ? 'incomplete' : 'completed'
    const id = idFor(order * 10 + 1, 'msg_')
    items.push({ id, type: 'message', status, role: 'assistant', content: [part] })
  }
  answer.calls.forEach(({ name, args }, index) => {
    items.push({
      id: idFor(order * 10 + 2 + index, 'fc_'),
      type: 'function_call',
      status: 'completed',
      call_id: idFor(order * 10 + 2 + index, 'call_'),
      name,
      arguments: JSON.stringify(args),
    })
  })
  return items
}

function responseOf(turn: Turn, status: string, output: readonly Fields[]): Fields {
  const { answer, body, order, isCounted } = turn
  const { usage } = answer
  const isOver = status !== 'in_progress'
  return {
    id: idFor(order, 'resp_'),
    object: 'response',
    created_at: CREATED_S,
    status,
    background: false,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    metadata: body['metadata'] ?? {},
    model: `${text(body['model'])}-2026-01-01`,
    output,
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null, ...fields(body['reasoning']) },
    service_tier: 'default',
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? 1,
    text: body['text'] ?? { format: { type: 'text' } },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
    usage:
      isOver && isCounted
        ? {
            input_tokens: usage.input,
            input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
            output_tokens: usage.output,
            output_tokens_details: { reasoning_tokens: usage.reasoning },
            total_tokens: usage.input + usage.output,
          }
        : null,
  }
}

const endOf = ({ answer }: Turn): string => (answer.isCut ? 'incomplete' : 'completed')

const whole = (turn: Turn, headers: Readonly<Record<string, string>>): Reply =>
  jsonReply(200, responseOf(turn, endOf(turn), itemsOf(turn)), headers)

function framesOf(turn: Turn): string[] {
  const frames: string[] = []
  const push = (type: string, rest: Fields): void => {
    frames.push(eventFrame(type, { type, sequence_number: frames.length, ...rest }))
  }
  const started = responseOf(turn, 'in_progress', [])
  push('response.created', { response: started })
  push('response.in_progress', { response: started })
  const items = itemsOf(turn)
  items.forEach((item, output_index) => pushItem(push, item, output_index))
  push(`response.${endOf(turn)}`, { response: responseOf(turn, endOf(turn), items) })
  return frames
}

type Push = (type: string, rest: Fields) => void

function pushItem(push: Push, item: Fields, output_index: number): void {
  const at = { item_id: item['id'], output_index }
  const empty = { ...item, status: 'in_progress' }
  if (item['type'] === 'reasoning') {
    push('response.output_item.added', { output_index, item: { ...item, summary: [] } })
    const part = { type: 'summary_text', text: THOUGHT }
    const inside = { ...at, summary_index: 0 }
    push('response.reasoning_summary_part.added', { ...inside, part: { ...part, text: '' } })
    for (const delta of pieces(THOUGHT))
      push('response.reasoning_summary_text.delta', { ...inside, delta })
    push('response.reasoning_summary_text.done', { ...inside, text: THOUGHT })
    push('response.reasoning_summary_part.done', { ...inside, part })
  } else if (item['type'] === 'message') {
    const part = fields(list(item['content'])[0])
    const inside = { ...at, content_index: 0 }
    push('response.output_item.added', { output_index, item: { ...empty, content: [] } })
    push('response.content_part.added', { ...inside, part: { ...part, text: '' } })
    for (const delta of pieces(text(part['text']) ?? ''))
      push('response.output_text.delta', { ...inside, delta, logprobs: [], obfuscation: 'x7Kd' })
    push('response.output_text.done', { ...inside, text: part['text'], logprobs: [] })
    push('response.content_part.done', { ...inside, part })
  } else {
    const written = text(item['arguments']) ?? ''
    const middle = Math.ceil(written.length / 2)
    push('response.output_item.added', { output_index, item: { ...empty, arguments: '' } })
    for (const delta of [written.slice(0, middle), written.slice(middle)])
      push('response.function_call_arguments.delta', { ...at, delta, obfuscation: 'q' })
    const done = { ...at, name: item['name'], arguments: written }
    push('response.function_call_arguments.done', done)
  }
  push('response.output_item.done', { output_index, item })
}
