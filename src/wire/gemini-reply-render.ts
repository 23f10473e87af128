import type { ChatChoice, ChatReply, Finish, Thought, ToolCall } from '../domain/chat.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import type { Usage } from '../domain/usage.ts'
import { argsOf } from './gemini-render.ts'
import { renderGeminiSignature } from './gemini-words.ts'
import { defined, numberOf, objectOf, objectsOf, textOf, type Foreign } from './read.ts'

/** What an answer says of itself, and the client's body, which says whether thoughts are to be shown. */
export type GeminiReplyMeta = {
  readonly id: string
  readonly model: string
  readonly request: string
}

/** A reply as a generateContent response. */
export function renderGeminiReply(reply: ChatReply, meta: GeminiReplyMeta): string {
  const showsThoughts = wantsThoughts(meta.request)
  return JSON.stringify({
    candidates: reply.choices.map((choice) => ({
      content: { role: 'model', parts: partsOf(choice, showsThoughts) },
      ...finishOf(choice.finish, choice.refusal),
      index: choice.index,
      ...(choice.logprobs === undefined ? {} : { logprobsResult: logprobsOf(choice.logprobs) }),
    })),
    ...replyTail(meta, reply.usage),
  })
}

/** Within a string the quotes would be escaped, so only a key can match. */
const INCLUDES_THOUGHTS = /"include(?:T|_t)houghts"\s*:\s*true\b/

/** Thoughts are shown to those who ask for them: others may take every part for the answer. */
export const wantsThoughts = (request: string): boolean => INCLUDES_THOUGHTS.test(request)

export const replyTail = ({ id, model }: GeminiReplyMeta, usage: Usage | undefined): JsonObject =>
  defined({
    usageMetadata: usage === undefined ? undefined : renderGeminiUsage(usage),
    modelVersion: model,
    responseId: id,
  })

function partsOf(
  { text, reasoning, thoughts = [], toolCalls }: ChatChoice,
  showsThoughts: boolean,
): JsonObject[] {
  return [
    ...(showsThoughts ? thoughtParts(reasoning ?? '', thoughts) : []),
    ...(text === '' ? [] : [{ text }]),
    ...toolCalls.map(callPart),
  ]
}

/** Signed thoughts are parts of their own; where nothing is signed, all reasoning is one. */
function thoughtParts(reasoning: string, thoughts: readonly Thought[]): JsonObject[] {
  const signed = thoughts.map(thoughtPart)
  const isTold = thoughts.some(({ text }) => text !== '') || reasoning === ''
  return isTold ? signed : [{ text: reasoning, thought: true }, ...signed]
}

/** A signature without a text stands for itself, as at the end of Google's own answers. */
export const thoughtPart = ({ text, signature }: Thought): JsonObject =>
  defined({
    text,
    thought: text === '' ? undefined : true,
    thoughtSignature: renderGeminiSignature(signature),
  })

export function callPart(call: ToolCall): JsonObject {
  const { id, name, signature } = call
  return defined({
    functionCall: { id, name, args: argsOf(call) },
    thoughtSignature: signature === undefined ? undefined : renderGeminiSignature(signature),
  })
}

/** There is no word for tool calls; a failure of the model's, whatever it was, is some other reason. */
const FINISH_REASONS: Readonly<Record<Finish, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
  error: 'OTHER',
}

/** A refusal in words is told where Google explains its own. */
export function finishOf(finish: Finish, refusal: string | undefined): JsonObject {
  const isRefusal = refusal !== undefined && refusal !== ''
  return defined({
    finishReason: isRefusal ? 'SAFETY' : FINISH_REASONS[finish],
    finishMessage: isRefusal ? refusal : undefined,
  })
}

/** Usage in Google's words, in which thoughts are no part of the candidates. */
function renderGeminiUsage(usage: Usage): JsonObject {
  const { input, cachedInput, cacheWrite5m, cacheWrite1h, output, reasoning } = usage
  const prompt = input + cachedInput + cacheWrite5m + cacheWrite1h
  return defined({
    promptTokenCount: prompt,
    candidatesTokenCount: output - reasoning,
    totalTokenCount: prompt + output,
    cachedContentTokenCount: cachedInput > 0 ? cachedInput : undefined,
    thoughtsTokenCount: reasoning > 0 ? reasoning : undefined,
  })
}

/** OpenAI's token probabilities, which is how we hold them, in Google's words. */
function logprobsOf(logprobs: Json): JsonObject {
  const tokens = objectsOf(objectOf(logprobs)['content'])
  return {
    chosenCandidates: tokens.map(candidateOf),
    topCandidates: tokens.map((token) => ({
      candidates: objectsOf(token['top_logprobs']).map(candidateOf),
    })),
  }
}

const candidateOf = (token: Foreign): JsonObject =>
  defined({ token: textOf(token['token']), logProbability: numberOf(token['logprob']) })
