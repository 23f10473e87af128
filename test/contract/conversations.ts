import * as fc from 'fast-check'
import type { ChatMessage, ChatPart, ChatRequest, TextPart } from '../../src/domain/chat.ts'

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })

/** Any conversation that our own words can hold. */
export function conversations(): fc.Arbitrary<ChatRequest> {
  const text = fc.string({ unit: 'binary', maxLength: 12 })
  const word = fc.stringMatching(/^[a-z_]{1,8}$/)
  const base64 = fc.base64String({ maxLength: 12 })
  const textPart: fc.Arbitrary<TextPart> = fc.record({ type: fc.constant('text' as const), text })
  const inline = fc.record({
    type: fc.constant('base64' as const),
    mediaType: fc.constantFrom('image/png', 'application/pdf'),
    data: base64,
  })
  const remote = fc.record({
    type: fc.constant('url' as const),
    url: word.map((name) => `https://x.test/${name}`),
  })
  const stored = fc.record({ type: fc.constant('id' as const), id: word })
  const part: fc.Arbitrary<ChatPart> = fc.oneof(
    textPart,
    fc.record({
      type: fc.constant('image' as const),
      source: fc.oneof(inline, remote),
      detail: optional(word),
    }),
    fc.record({ type: fc.constant('audio' as const), format: word, base64 }),
    fc.record({
      type: fc.constant('file' as const),
      source: fc.oneof(inline, stored),
      name: optional(word),
    }),
  )
  const refusal = fc.record({ type: fc.constant('refusal' as const), text })
  const call = fc.record({ id: word, name: word, arguments: text })
  const texts = fc.array(textPart, { minLength: 1, maxLength: 3 })
  const message: fc.Arbitrary<ChatMessage> = fc.oneof(
    fc.record({ role: fc.constant('system' as const), parts: texts }),
    fc.record({
      role: fc.constant('user' as const),
      parts: fc.array(part, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      role: fc.constant('assistant' as const),
      parts: fc.array(fc.oneof(textPart, refusal), { maxLength: 3 }),
      reasoning: optional(text),
      toolCalls: fc.array(call, { maxLength: 3 }),
    }),
    fc.record({ role: fc.constant('tool' as const), callId: word, parts: texts }),
  )
  const schema = fc.dictionary(word, fc.constantFrom('string', 'number'), { noNullPrototype: true })
  return fc.record({
    messages: fc.array(message, { maxLength: 5 }),
    tools: fc.array(
      fc.record({
        name: word,
        description: optional(text),
        parameters: optional(schema),
        strict: optional(fc.boolean()),
      }),
      { maxLength: 3 },
    ),
    toolChoice: fc.oneof(
      fc.record({
        type: fc.constantFrom(
          'auto' as const,
          'none' as const,
          'required' as const,
          'unset' as const,
        ),
      }),
      fc.record({ type: fc.constant('tool' as const), name: word }),
    ),
    parallelToolCalls: optional(fc.boolean()),
    responseFormat: fc.oneof(
      fc.record({ type: fc.constantFrom('text' as const, 'json-object' as const) }),
      fc.record({
        type: fc.constant('json-schema' as const),
        name: word,
        schema,
        strict: optional(fc.boolean()),
      }),
    ),
    sampling: fc.record(
      {
        temperature: fc.float({ noNaN: true, min: 0, max: 2 }).map(Math.fround),
        topP: fc.constantFrom(0.5, 1),
        seed: fc.nat(),
        choices: fc.integer({ min: 1, max: 4 }),
        presencePenalty: fc.constantFrom(-1, 0.5),
        frequencyPenalty: fc.constantFrom(0, 2),
        logprobs: fc.boolean(),
        topLogprobs: fc.nat(20),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
    outputTokensMax: optional(fc.nat()),
    stop: fc.array(text, { maxLength: 4 }),
    stream: fc.boolean(),
    reasoningEffort: optional(word),
    user: optional(word),
  })
}
