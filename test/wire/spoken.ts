import * as fc from 'fast-check'
import type {
  ChatMessage,
  ChatPart,
  ChatRequest,
  ResponseFormat,
  Sampling,
  SignatureMaker,
  TextPart,
  Thought,
  ToolCall,
} from '../../src/domain/chat.ts'

/** A dialect that has words for most of what we can say. */
export type Dialect = 'anthropic' | 'gemini'

export const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
export const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
const word = fc.stringMatching(/^[a-z]{1,8}$/)
export const base64 = fc.base64String({ minLength: 4, maxLength: 12 })
const textPart: fc.Arbitrary<TextPart> = fc.record({ type: fc.constant('text' as const), text })
const object = fc
  .dictionary(word, fc.oneof(fc.integer(), text, fc.boolean()), { noNullPrototype: true })
  .filter((each) => !('output' in each) && !('error' in each))

const inline = (mediaType: string) =>
  fc.record({
    type: fc.constant('base64' as const),
    mediaType: fc.constant(mediaType),
    data: base64,
  })
const remote = (extension: string) =>
  fc.record({
    type: fc.constant('url' as const),
    url: word.map((name) => `https://x.test/${name}.${extension}`),
  })

const image = fc.record({
  type: fc.constant('image' as const),
  source: fc.oneof(inline('image/png'), remote('png')),
  detail: fc.constant(undefined),
})

const partOf = (dialect: Dialect): fc.Arbitrary<ChatPart> =>
  dialect === 'anthropic'
    ? fc.oneof(
        textPart,
        image,
        fc.record({
          type: fc.constant('file' as const),
          source: fc.oneof(inline('application/pdf'), remote('pdf')),
          name: optional(word),
        }),
      )
    : fc.oneof(
        textPart,
        image,
        fc.record({ type: fc.constant('audio' as const), format: word, base64 }),
        fc.record({
          type: fc.constant('file' as const),
          source: fc.oneof(inline('application/pdf'), remote('pdf')),
          name: fc.constant(undefined),
        }),
      )

export const call: fc.Arbitrary<ToolCall> = fc.record({
  id: word,
  name: word,
  arguments: object.map((each) => JSON.stringify(each)),
})

/** Thoughts that their maker has signed: some readable, some sealed. */
export function thoughtsOf(maker: SignatureMaker): fc.Arbitrary<readonly Thought[]> {
  const sealed = maker === 'anthropic' ? base64.map((data) => `redacted.${data}`) : base64
  return fc.array(
    fc.oneof(
      fc.record({ text, signature: base64.map((data) => ({ maker, data })) }),
      fc.record({ text: fc.constant(''), signature: sealed.map((data) => ({ maker, data })) }),
    ),
    { maxLength: 3 },
  )
}

const reasoningOf = (thoughts: readonly Thought[]): string | undefined =>
  thoughts.some((each) => each.text !== '') ? thoughts.map((each) => each.text).join('') : undefined

export const withThoughts = (thoughts: readonly Thought[]) => ({
  reasoning: reasoningOf(thoughts),
  ...(thoughts.length === 0 ? {} : { thoughts }),
})

function messagesOf(dialect: Dialect): fc.Arbitrary<ChatMessage[]> {
  const user: fc.Arbitrary<ChatMessage> = fc.record({
    role: fc.constant('user' as const),
    parts: fc.array(partOf(dialect), { minLength: 1, maxLength: 3 }),
  })
  const system: fc.Arbitrary<ChatMessage> = fc.record({
    role: fc.constant('system' as const),
    parts: fc.array(textPart, { minLength: 1, maxLength: 2 }),
  })
  const plainResult = text.filter((each) => !/^\s*\{/.test(each))
  const result: fc.Arbitrary<ChatMessage> = fc
    .tuple(
      word,
      fc.oneof(
        plainResult,
        object.map((each) => JSON.stringify(each)),
      ),
      fc.boolean(),
    )
    .map(([callId, output, isError]) => ({
      role: 'tool',
      callId,
      parts: [{ type: 'text', text: output }],
      ...(isError ? { isError } : {}),
    }))
  const turn = fc
    .tuple(
      fc.array(textPart, { minLength: 1, maxLength: 2 }),
      fc.array(call, { maxLength: 3 }),
      thoughtsOf(dialect),
      fc.array(result, { maxLength: 2 }),
      user,
    )
    .map(([parts, toolCalls, thoughts, results, next]): ChatMessage[] => [
      { role: 'assistant', parts, toolCalls, ...withThoughts(thoughts) },
      ...results,
      next,
    ])
  return fc
    .tuple(fc.array(system, { maxLength: 1 }), user, fc.array(turn, { maxLength: 3 }))
    .map(([first, opening, turns]) => [...first, opening, ...turns.flat()])
}

const schema = fc
  .dictionary(word, fc.constantFrom({ type: 'string' }, { type: 'number' }), {
    noNullPrototype: true,
  })
  .map((properties) => ({ type: 'object', properties }))

const formatOf = (dialect: Dialect): fc.Arbitrary<ResponseFormat> => {
  const plain = dialect === 'anthropic' ? (['text'] as const) : (['text', 'json-object'] as const)
  return fc.oneof(
    fc.record({ type: fc.constantFrom(...plain) }),
    fc.record({
      type: fc.constant('json-schema' as const),
      name: fc.constant('response'),
      schema,
      strict: fc.constant(true),
    }),
  )
}

const temperature = fc.constantFrom(0, 0.25, 1)
const samplingOf = (dialect: Dialect): fc.Arbitrary<Sampling> =>
  dialect === 'anthropic'
    ? fc.oneof(
        fc.record({ temperature, topK: fc.nat(40) }, { requiredKeys: [], noNullPrototype: true }),
        fc.record({ topP: fc.constantFrom(0.5, 1) }),
      )
    : fc.record(
        {
          temperature,
          topP: fc.constantFrom(0.5, 1),
          topK: fc.nat(40),
          seed: fc.nat(),
          choices: fc.integer({ min: 1, max: 4 }),
          presencePenalty: fc.constantFrom(-1, 0.5),
          frequencyPenalty: fc.constantFrom(0, 2),
        },
        { requiredKeys: [], noNullPrototype: true },
      )

type Tools = Pick<ChatRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'>

function toolsOf(dialect: Dialect): fc.Arbitrary<Tools> {
  const tool = fc.record({
    name: word,
    description: optional(text),
    parameters: schema,
    strict: fc.constant(undefined),
  })
  const toolChoice = fc.oneof(
    fc.record({ type: fc.constantFrom('auto' as const, 'required' as const) }),
    fc.record({ type: fc.constant('tool' as const), name: word }),
  )
  const parallelToolCalls =
    dialect === 'anthropic' ? fc.constantFrom(undefined, false) : fc.constant(undefined)
  return fc.oneof(
    fc.record({
      tools: fc.constant([]),
      toolChoice: fc.constant({ type: 'unset' as const }),
      parallelToolCalls: fc.constant(undefined),
    }),
    fc
      .record({
        tools: fc.array(tool, { minLength: 1, maxLength: 3 }),
        toolChoice,
        parallelToolCalls,
        strict: fc.boolean(),
      })
      .map(({ strict, tools, ...rest }) => {
        const isStrict = strict && rest.toolChoice.type === 'auto'
        const marked = isStrict ? tools.map((each) => ({ ...each, strict: true })) : tools
        // A dialect that names one tool keeps all of them, and one that names several keeps those.
        return { ...rest, tools: marked }
      }),
  )
}

/** Conversations that a dialect has words for, in the form in which it reads them back. */
export function spokenConversations(dialect: Dialect): fc.Arbitrary<ChatRequest> {
  const efforts = fc.constantFrom('low', 'medium', 'high')
  return fc
    .record({
      messages: messagesOf(dialect),
      tools: toolsOf(dialect),
      responseFormat: formatOf(dialect),
      sampling: samplingOf(dialect),
      outputTokensMax: fc.integer({ min: 1, max: 1000 }),
      stop: fc.array(text, { maxLength: 4 }),
      stream: fc.boolean(),
      reasoningEffort: optional(efforts),
      user: dialect === 'anthropic' ? optional(word) : fc.constant(undefined),
    })
    .map(({ tools, ...chat }) => ({
      ...chat,
      ...tools,
      // Claude does not let those who think set how they sample.
      sampling: dialect === 'anthropic' && chat.reasoningEffort !== undefined ? {} : chat.sampling,
    }))
}
