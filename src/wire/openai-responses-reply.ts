import type { ChatReply, Finish, Thought, ToolCall } from '../domain/chat.ts'
import type { JsonObject } from '../domain/json.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { argumentsOf, inventedCallId } from './openai-chat-reply.ts'
import { readResponsesUsage } from './openai-responses-usage.ts'
import { jsonObjectOf, objectOf, objectsOf, parseObject, textOf, type Foreign } from './read.ts'
import { parseSignature } from './signature.ts'
import type { MalformedReply } from './wire.ts'

/** A whole response. What tools of the provider did in it is not told: only what the model says of it. */
export function parseResponsesReply(body: string): Result<ChatReply, MalformedReply> {
  const reply = parseObject(body)
  if (reply === undefined) return err({ expected: 'a JSON object' })
  if (!Array.isArray(reply['output'])) return err({ expected: 'output: array' })
  const items = objectsOf(reply['output'])
  const content = items
    .filter(({ type }) => type === 'message')
    .flatMap((item) => objectsOf(item['content']))
  const refusals = content.filter(({ type }) => type === 'refusal')
  const said = content.filter(({ type }) => type !== 'refusal')
  const toolCalls = items.filter(isCall).map(callOf)
  const logprobs = said.flatMap((part) => objectsOf(part['logprobs']).flatMap(jsonOf))
  const { finish, rawFinish } = finishOf(reply, toolCalls.length > 0)
  return ok({
    id: textOf(reply['id']),
    model: textOf(reply['model']),
    choices: [
      {
        index: 0,
        text: joined(said, 'text'),
        refusal: refusals.length === 0 ? undefined : joined(refusals, 'refusal'),
        ...thinkingOf(items),
        toolCalls,
        finish,
        rawFinish,
        ...(logprobs.length === 0 ? {} : { logprobs: { content: logprobs, refusal: null } }),
      },
    ],
    usage: readResponsesUsage(reply['usage']),
  })
}

const jsonOf = (value: unknown): JsonObject[] => {
  const json = jsonObjectOf(value)
  return json === undefined ? [] : [json]
}

const joined = (parts: readonly Foreign[], key: string): string =>
  parts.map((part) => textOf(part[key]) ?? '').join('')

const isCall = ({ type }: Foreign): boolean =>
  type === 'function_call' || type === 'custom_tool_call'

function callOf(item: Foreign, index: number): ToolCall {
  const isCustom = item['type'] === 'custom_tool_call'
  return {
    id: textOf(item['call_id']) ?? textOf(item['id']) ?? inventedCallId(0, index),
    name: textOf(item['name']) ?? '',
    arguments: argumentsOf(isCustom ? item['input'] : item['arguments']),
    ...(isCustom ? { isCustom } : {}),
  }
}

/** The text of a reasoning item: the thinking itself, or the summary if that is all there is. */
export function reasoningTextOf(item: Foreign): string {
  const content = objectsOf(item['content'])
  return content.length > 0
    ? joined(content, 'text')
    : objectsOf(item['summary'])
        .map((part) => textOf(part['text']) ?? '')
        .join('\n\n')
}

function thinkingOf(items: readonly Foreign[]): {
  readonly reasoning: string | undefined
  readonly thoughts?: readonly Thought[]
} {
  const reasoning = items.filter(({ type }) => type === 'reasoning')
  const texts = reasoning.map(reasoningTextOf).filter((text) => text !== '')
  const thoughts = reasoning.flatMap((item): Thought[] => {
    const sealed = textOf(item['encrypted_content'])
    if (sealed === undefined) return []
    return [{ text: reasoningTextOf(item), signature: parseSignature(sealed, 'openai') }]
  })
  return {
    reasoning: texts.length === 0 ? undefined : texts.join('\n\n'),
    ...(thoughts.length === 0 ? {} : { thoughts }),
  }
}

/** Why a response ended: its status, and the reason where it is incomplete. */
export function finishOf(
  response: Foreign,
  hasCalls: boolean,
): { readonly finish: Finish; readonly rawFinish: string } {
  const status = textOf(response['status']) ?? 'completed'
  if (status === 'completed') return { finish: hasCalls ? 'tool-calls' : 'stop', rawFinish: status }
  const reason = textOf(objectOf(response['incomplete_details'])['reason'])
  if (reason === 'content_filter') return { finish: 'content-filter', rawFinish: reason }
  return status === 'incomplete'
    ? { finish: 'length', rawFinish: reason ?? status }
    : { finish: 'error', rawFinish: status }
}
