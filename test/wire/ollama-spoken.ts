import * as fc from 'fast-check'
import type { ChatMessage, ChatReply, ChatRequest } from '../../src/domain/chat.ts'
import { base64, call, optional, text } from './spoken.ts'

const word = fc.stringMatching(/^[a-z]{1,8}$/)

const png = base64.map((rest) => `iVBORw0KGgo${rest}`)
const textPart = fc.record({ type: fc.constant('text' as const), text })
const image = png.map((data) => ({
  type: 'image' as const,
  source: { type: 'base64' as const, mediaType: 'image/png', data },
  detail: undefined,
}))

/** Turns whose calls have ids that differ, each answered. */
const turn = fc
  .tuple(
    fc.array(textPart, { maxLength: 1 }),
    fc.uniqueArray(call, { maxLength: 3, selector: ({ id }) => id }),
    optional(text),
    text,
  )
  .map(([parts, toolCalls, reasoning, said]): ChatMessage[] => [
    { role: 'assistant', parts, toolCalls, reasoning },
    ...toolCalls.map(({ id }): ChatMessage => ({
      role: 'tool',
      callId: id,
      parts: [{ type: 'text', text: said }],
    })),
    { role: 'user', parts: [{ type: 'text', text: said }] },
  ])

/** Conversations that Ollama's dialect has words for, in the form in which it reads them back. */
export const conversations: fc.Arbitrary<ChatRequest> = fc.record({
  messages: fc
    .tuple(
      fc.array(
        textPart.map((part): ChatMessage => ({ role: 'system', parts: [part] })),
        { maxLength: 1 },
      ),
      fc
        .tuple(textPart, fc.array(image, { maxLength: 2 }))
        .map(([part, images]): ChatMessage => ({ role: 'user', parts: [part, ...images] })),
      fc.array(turn, { maxLength: 3 }),
    )
    .map(([system, opening, turns]) => [...system, opening, ...turns.flat()]),
  tools: fc.array(
    fc.record({
      name: word,
      description: optional(text),
      parameters: fc.constant({ type: 'object', properties: {} }),
      strict: fc.constant(undefined),
    }),
    { maxLength: 2 },
  ),
  toolChoice: fc.constant({ type: 'unset' as const }),
  parallelToolCalls: fc.constant(undefined),
  responseFormat: fc.oneof(
    fc.record({ type: fc.constantFrom('text' as const, 'json-object' as const) }),
    fc.constant({
      type: 'json-schema' as const,
      name: 'response',
      schema: { type: 'object' },
      strict: true,
    }),
  ),
  sampling: fc.record(
    {
      temperature: fc.constantFrom(0, 0.5),
      topP: fc.constantFrom(0.5, 1),
      topK: fc.nat(40),
      seed: fc.nat(),
      presencePenalty: fc.constantFrom(-1, 0.5),
      frequencyPenalty: fc.constantFrom(0, 2),
      logprobs: fc.boolean(),
      topLogprobs: fc.nat(5),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  outputTokensMax: optional(fc.integer({ min: 1, max: 1000 })),
  stop: fc.array(text, { maxLength: 3 }),
  stream: fc.boolean(),
  reasoningEffort: fc.constantFrom(undefined, 'none', 'low', 'medium', 'high'),
  user: fc.constant(undefined),
})

/** Replies that it has words for. */
export const replies: fc.Arbitrary<ChatReply> = fc.record({
  id: fc.constant(undefined),
  model: fc.constant('m'),
  choices: fc
    .record({
      text: fc.oneof(text, fc.constant('')),
      reasoning: optional(text),
      toolCalls: fc.array(
        fc
          .tuple(call, optional(base64))
          .map(([each, data]) =>
            data === undefined ? each : { ...each, signature: { maker: 'gemini' as const, data } },
          ),
        { maxLength: 3 },
      ),
      isCut: fc.boolean(),
    })
    .map(({ isCut, ...rest }) => {
      const ended = rest.toolCalls.length > 0 ? ('tool-calls' as const) : ('stop' as const)
      const finish = isCut ? ('length' as const) : ended
      const rawFinish = isCut ? 'length' : 'stop'
      return [{ ...rest, index: 0, refusal: undefined, finish, rawFinish }]
    }),
  usage: fc.record({
    input: fc.nat(1000),
    cachedInput: fc.constant(0),
    cacheWrite5m: fc.constant(0),
    cacheWrite1h: fc.constant(0),
    output: fc.nat(1000),
    reasoning: fc.constant(0),
  }),
})
