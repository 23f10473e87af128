import type { ChatChoice, ChatReply, Finish } from '../domain/chat.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Usage } from '../domain/usage.ts'
import { readModelParts } from './gemini-parse-parts.ts'
import { inventedCallId } from './openai-chat-reply.ts'
import {
  countOf,
  isObject,
  numberOf,
  objectOf,
  objectsOf,
  parseObject,
  textOf,
  type Foreign,
} from './read.ts'
import type { MalformedReply } from './wire.ts'

/** A generateContent response. A prompt that was blocked is an answer cut by the filter, before its first word. */
export function parseGeminiReply(body: string): Result<ChatReply, MalformedReply> {
  const reply = parseObject(body)
  if (reply === undefined) return err({ expected: 'a JSON object' })
  const candidates = objectsOf(reply['candidates'])
  const blocked = blockReasonOf(reply)
  if (candidates.length === 0 && blocked === undefined) {
    return err({ expected: 'candidates: at least one' })
  }
  const choices = candidates.map(choiceOf)
  return ok({
    id: textOf(reply['responseId']),
    model: textOf(reply['modelVersion']),
    choices: choices.length > 0 ? choices : [blockedChoice(blocked ?? '')],
    usage: readGeminiUsage(reply['usageMetadata']),
  })
}

/** Why the prompt was not answered at all. */
export const blockReasonOf = (reply: Foreign): string | undefined =>
  textOf(objectOf(reply['promptFeedback'])['blockReason'])

const blockedChoice = (reason: string): ChatChoice => ({
  index: 0,
  text: '',
  refusal: undefined,
  reasoning: undefined,
  toolCalls: [],
  finish: 'content-filter',
  rawFinish: reason,
})

function choiceOf(candidate: Foreign, position: number): ChatChoice {
  const index = numberOf(candidate['index']) ?? position
  const { texts, reasoning, toolCalls, thoughts } = readModelParts(partsOf(candidate), (at) =>
    inventedCallId(index, at),
  )
  const rawFinish = textOf(candidate['finishReason']) ?? ''
  const finish = unifyGeminiFinish(rawFinish, toolCalls.length > 0)
  return {
    index,
    text: texts.map(({ text }) => text).join(''),
    refusal: refusalOf(candidate, finish),
    reasoning,
    toolCalls,
    ...(thoughts.length === 0 ? {} : { thoughts }),
    finish,
    rawFinish,
  }
}

/** What Google says of an answer that its filters cut off. */
export const refusalOf = (candidate: Foreign, finish: Finish): string | undefined =>
  finish === 'content-filter' ? textOf(candidate['finishMessage']) : undefined

export const partsOf = (candidate: Foreign): readonly Foreign[] =>
  objectsOf(objectOf(candidate['content'])['parts'])

const FILTERED = new Set([
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'MODEL_ARMOR',
])

/** There is no word for tool calls. What is neither an end, a limit nor a filter is a failure of the model's. */
export function unifyGeminiFinish(raw: string, hasCalls: boolean): Finish {
  if (raw === 'STOP' || raw === '') return hasCalls ? 'tool-calls' : 'stop'
  if (raw === 'MAX_TOKENS') return 'length'
  return FILTERED.has(raw) ? 'content-filter' : 'error'
}

/**
 * The prompt includes what was cached; thoughts, and the prompt of tools that Google runs, are counted apart. The
 * total says more than the sum where a part is left out.
 */
export function readGeminiUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  const prompt = countOf(usage['promptTokenCount'])
  const cachedInput = countOf(usage['cachedContentTokenCount'] ?? 0)
  const toolPrompt = countOf(usage['toolUsePromptTokenCount'] ?? 0)
  const shown = countOf(usage['candidatesTokenCount'] ?? 0)
  const reasoning = countOf(usage['thoughtsTokenCount'] ?? 0)
  const total = countOf(usage['totalTokenCount'] ?? 0)
  if (
    prompt === undefined ||
    cachedInput === undefined ||
    toolPrompt === undefined ||
    shown === undefined ||
    reasoning === undefined ||
    total === undefined ||
    cachedInput > prompt
  ) {
    return undefined
  }
  return {
    input: prompt - cachedInput + toolPrompt,
    cachedInput,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: Math.max(shown + reasoning, total - prompt - toolPrompt),
    reasoning,
  }
}
