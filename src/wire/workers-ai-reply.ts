import type { ChatReply, Finish, ToolCall } from '../domain/chat.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Usage } from '../domain/usage.ts'
import { errorOf, parseUpstreamError } from './error.ts'
import { argumentsOf, inventedCallId, readChatReply, unifyFinish } from './openai-chat-reply.ts'
import { readChatUsage } from './openai-chat-usage.ts'
import {
  countOf,
  isObject,
  objectOf,
  objectsOf,
  parseObject,
  textOf,
  type Foreign,
} from './read.ts'
import type { MalformedReply, UpstreamError } from './wire.ts'

/** A reply of any of the three families: Cloudflare's own, chat completions, or Responses (gpt-oss). */
export function parseWorkersAiReply(body: string): Result<ChatReply, MalformedReply> {
  const parsed = parseObject(body)
  if (parsed === undefined) return err({ expected: 'a JSON object' })
  const reply = unwrap(parsed)
  const usage = readWorkersAiUsage(reply['usage'])
  if (Array.isArray(reply['choices'])) {
    const read = readChatReply(reply)
    return read.ok ? ok({ ...read.value, usage }) : read
  }
  if (Array.isArray(reply['output'])) return ok(responsesReply(reply))
  if (!('response' in reply) && !Array.isArray(reply['tool_calls'])) {
    return err({ expected: 'response, choices or output' })
  }
  const toolCalls = nativeCalls(reply['tool_calls'], 0)
  const rawFinish = textOf(reply['finish_reason'])
  return ok({
    id: textOf(reply['id']),
    model: textOf(reply['model']),
    choices: [
      {
        index: 0,
        text: nativeText(reply['response']),
        refusal: undefined,
        reasoning: textOf(reply['reasoning_content']),
        toolCalls,
        finish:
          rawFinish === undefined ? impliedFinish(toolCalls.length > 0) : unifyFinish(rawFinish),
        rawFinish: rawFinish ?? '',
      },
    ],
    usage,
  })
}

/** The REST interface wraps what the binding answers. */
const unwrap = (reply: Foreign): Foreign =>
  'success' in reply && isObject(reply['result']) ? reply['result'] : reply

/** With a JSON schema the response is the object itself; a streamed token may be a bare number. */
export const nativeText = (response: unknown): string => {
  if (typeof response === 'string') return response
  return response === undefined || response === null ? '' : JSON.stringify(response)
}

/** Calls with arguments as objects or text, flat or under `function`; `count` is how many came before. */
export const nativeCalls = (calls: unknown, count: number): ToolCall[] =>
  objectsOf(calls)
    .map((call) => ({ call, called: isObject(call['function']) ? call['function'] : call }))
    .filter(({ called }) => textOf(called['name']) !== undefined)
    .map(({ call, called }, index) => ({
      id: textOf(call['id']) ?? inventedCallId(0, count + index),
      name: textOf(called['name']) ?? '',
      arguments: argumentsOf(called['arguments'] ?? {}),
    }))

export const impliedFinish = (hasCalls: boolean): Finish => (hasCalls ? 'tool-calls' : 'stop')

/** Some models report zeros for answers that did cost tokens: that is no figure. */
export function readWorkersAiUsage(usage: unknown): Usage | undefined {
  const read =
    isObject(usage) && 'input_tokens' in usage ? responsesUsage(usage) : readChatUsage(usage)
  return read === undefined || read.input + read.cachedInput + read.output === 0 ? undefined : read
}

function responsesReply(reply: Foreign): ChatReply {
  const items = objectsOf(reply['output'])
  const textsOf = (type: string): string[] =>
    items
      .filter((item) => item['type'] === type)
      .flatMap((item) => [...objectsOf(item['content']), ...objectsOf(item['summary'])])
      .map((part) => textOf(part['text']) ?? '')
  const reasoning = textsOf('reasoning')
  const toolCalls = items
    .filter((item) => item['type'] === 'function_call')
    .map((item, index) => ({
      id: textOf(item['call_id']) ?? textOf(item['id']) ?? inventedCallId(0, index),
      name: textOf(item['name']) ?? '',
      arguments: argumentsOf(item['arguments']),
    }))
  const { finish, rawFinish } = responsesFinish(reply, toolCalls.length > 0)
  return {
    id: textOf(reply['id']),
    model: textOf(reply['model']),
    choices: [
      {
        index: 0,
        text: textsOf('message').join(''),
        refusal: undefined,
        reasoning: reasoning.length === 0 ? undefined : reasoning.join(''),
        toolCalls,
        finish,
        rawFinish,
      },
    ],
    usage: readWorkersAiUsage(reply['usage']),
  }
}

export function responsesFinish(
  reply: Foreign,
  hasCalls: boolean,
): { readonly finish: Finish; readonly rawFinish: string } {
  const status = textOf(reply['status']) ?? 'completed'
  if (status === 'completed') return { finish: impliedFinish(hasCalls), rawFinish: status }
  const reason = textOf(objectOf(reply['incomplete_details'])['reason'])
  if (reason === 'content_filter') return { finish: 'content-filter', rawFinish: reason }
  return status === 'incomplete'
    ? { finish: 'length', rawFinish: reason ?? status }
    : { finish: 'error', rawFinish: status }
}

function responsesUsage(usage: Foreign): Usage | undefined {
  return readChatUsage({
    prompt_tokens: usage['input_tokens'],
    completion_tokens: usage['output_tokens'],
    total_tokens: countOf(usage['total_tokens']) ?? 0,
    prompt_tokens_details: usage['input_tokens_details'],
    completion_tokens_details: usage['output_tokens_details'],
  })
}

/** HTTP statuses of Cloudflare's internal codes. Source: https://developers.cloudflare.com/workers-ai/platform/errors/ (read 2026-11-23). */
const STATUSES: Readonly<Record<string, number>> = {
  5007: 400, // no such model
  5004: 400, // invalid data
  3039: 400, // finetune without its files
  3003: 400, // incomplete request
  5018: 403, // account not allowed
  5016: 403, // licence not agreed to
  3023: 403, // account blocked
  3041: 403, // no access to the finetune
  3042: 404, // no such model
  5019: 405, // SDK too old
  5005: 405, // LoRA not supported
  3007: 408, // timeout
  3008: 408, // aborted
  3006: 413, // request too large
  3036: 429, // daily free allocation used up
  3040: 429, // out of capacity
}

/** The status that an internal code stands for; undefined for codes that nobody documents. */
export const workersAiStatus = (code: string | number): number | undefined => STATUSES[code]

const CODE = /^(?:[A-Za-z]*Error: )?(\d{4}): /

/** The body of an error, or the message of what the binding throws: `3040: Capacity temporarily exceeded`. */
export function parseWorkersAiError(body: string): UpstreamError {
  const parsed = parseObject(body)
  const error =
    parsed === undefined || !('internalCode' in parsed)
      ? parseUpstreamError(body)
      : errorOf({ ...parsed, code: parsed['internalCode'] })
  const code = CODE.exec(error.message)?.[1]
  return error.code === undefined && code !== undefined ? { ...error, code } : error
}
