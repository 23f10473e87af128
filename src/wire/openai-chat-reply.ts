import type { ChatChoice, ChatReply, Finish, ToolCall } from '../domain/chat.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { renderCallSignature } from './call-signature.ts'
import { renderCall } from './openai-chat-render.ts'
import { readChatUsage, renderChatUsage } from './openai-chat-usage.ts'
import {
  isJson,
  isObject,
  numberOf,
  objectOf,
  objectsOf,
  parseObject,
  textOf,
  type Foreign,
} from './read.ts'
import type { MalformedReply } from './wire.ts'

/** A chat completion, of OpenAI or of anyone who speaks its dialect. */
export function parseChatReply(body: string): Result<ChatReply, MalformedReply> {
  const reply = parseObject(body)
  return reply === undefined ? err({ expected: 'a JSON object' }) : readChatReply(reply)
}

/** The same for a reply that is already parsed. */
export function readChatReply(reply: Foreign): Result<ChatReply, MalformedReply> {
  const choices = reply['choices']
  if (!Array.isArray(choices)) return err({ expected: 'choices: array' })
  const messages = objectsOf(choices)
  if (messages.length === 0) return err({ expected: 'choices: at least one' })
  return ok({
    id: textOf(reply['id']),
    model: textOf(reply['model']),
    choices: messages.map(choiceOf),
    usage: readChatUsage(reply['usage'] ?? objectOf(reply['x_groq'])['usage']),
  })
}

function choiceOf(choice: Foreign, position: number): ChatChoice {
  const message = objectOf(choice['message'])
  const content = readContent(message['content'])
  const toolCalls = callsOf(message)
  const rawFinish = textOf(choice['finish_reason'])
  const logprobs = choice['logprobs']
  return {
    index: numberOf(choice['index']) ?? position,
    text: content.text,
    refusal: textOf(message['refusal']),
    reasoning: reasoningOf(message) ?? content.reasoning,
    toolCalls,
    finish: rawFinish === undefined ? impliedFinish(toolCalls) : unifyFinish(rawFinish),
    rawFinish: rawFinish ?? '',
    ...(logprobs !== null && isJson(logprobs) ? { logprobs } : {}),
  }
}

const impliedFinish = (calls: readonly ToolCall[]): Finish =>
  calls.length > 0 ? 'tool-calls' : 'stop'

function callsOf(message: Foreign): ToolCall[] {
  const calls = objectsOf(message['tool_calls']).map((call, index): ToolCall => {
    const called = objectOf(call['function'])
    return {
      id: textOf(call['id']) ?? inventedCallId(0, index),
      name: textOf(called['name']) ?? '',
      arguments: argumentsOf(called['arguments']),
    }
  })
  const legacy = message['function_call']
  if (!isObject(legacy)) return calls
  const name = textOf(legacy['name']) ?? ''
  return [...calls, { id: inventedCallId(0, 0), name, arguments: argumentsOf(legacy['arguments']) }]
}

/** For upstreams that give calls no id; the same reply gives the same ids. */
export const inventedCallId = (choice: number, index: number): string => `call_${choice}_${index}`

/** Some servers send the arguments parsed. */
export const argumentsOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}

/** `reasoning_content` (DeepSeek, llama.cpp, Qwen) or `reasoning` (vLLM, Ollama, Groq); it is in no schema. */
export const reasoningOf = (message: Foreign): string | undefined =>
  textOf(message['reasoning_content']) ?? textOf(message['reasoning'])

/** Content as a string, or Mistral's list of text and thinking parts. */
export function readContent(content: unknown): {
  readonly text: string
  readonly reasoning: string | undefined
} {
  if (typeof content === 'string') return { text: content, reasoning: undefined }
  let text = ''
  let reasoning: string | undefined
  for (const part of objectsOf(content)) {
    if (part['type'] === 'thinking') {
      const thinking = part['thinking']
      const thought =
        textOf(thinking) ??
        objectsOf(thinking)
          .map((each) => textOf(each['text']) ?? '')
          .join('')
      reasoning = (reasoning ?? '') + thought
    } else text += textOf(part['text']) ?? ''
  }
  return { text, reasoning }
}

/** Words for stopping, of OpenAI and of those who speak its dialect with words of their own. */
const FINISHES: Readonly<Record<string, Finish>> = {
  stop: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length', // Mistral, Workers AI
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
  error: 'error', // Mistral
  abort: 'error', // vLLM
  insufficient_system_resource: 'error', // DeepSeek
}

export const unifyFinish = (raw: string): Finish => FINISHES[raw] ?? 'stop'

/** OpenAI has no word for an answer that broke off on an error; `length` says at least that it is not whole. */
export const OPENAI_FINISH: Readonly<Record<Finish, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  error: 'length',
}

/** What an answer says of itself. */
export type ChatReplyMeta = {
  readonly id: string
  readonly model: string
  readonly createdS: number
  readonly wantsUsage: boolean
}

const renderSignedCall = (call: ToolCall): JsonObject => ({
  ...renderCall(call),
  ...renderCallSignature(call.signature),
})

/** The reply as OpenAI's schema wants it, with every key that it requires. */
export function renderChatReply(reply: ChatReply, meta: ChatReplyMeta): string {
  return JSON.stringify({
    id: meta.id,
    object: 'chat.completion',
    created: meta.createdS,
    model: meta.model,
    choices: reply.choices.map((choice) => ({
      index: choice.index,
      message: {
        role: 'assistant',
        content: choice.text === '' && choice.toolCalls.length > 0 ? null : choice.text,
        refusal: choice.refusal ?? null,
        ...(choice.reasoning === undefined ? {} : { reasoning_content: choice.reasoning }),
        ...(choice.toolCalls.length === 0
          ? {}
          : { tool_calls: choice.toolCalls.map(renderSignedCall) }),
        annotations: [],
      },
      logprobs: (choice.logprobs ?? null) satisfies Json,
      finish_reason: OPENAI_FINISH[choice.finish],
    })),
    ...(reply.usage === undefined ? {} : { usage: renderChatUsage(reply.usage) }),
  })
}
