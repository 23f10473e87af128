import * as fc from 'fast-check'
import type { ChatChoice, ChatEvent, ChatReply, ToolCall } from '../../src/domain/chat.ts'
import { base64, call, optional, text, thoughtsOf, withThoughts, type Dialect } from './spoken.ts'

const count = fc.nat(1000)

/** Replies that a dialect has words for, with signatures of its own maker and of others. */
export function replies(dialect: Dialect): fc.Arbitrary<ChatReply> {
  const foreign = dialect === 'anthropic' ? 'gemini' : 'anthropic'
  const signed = fc.oneof(
    thoughtsOf(dialect),
    fc.array(
      fc.record({ text, signature: base64.map((data) => ({ maker: foreign, data }) as const) }),
      { maxLength: 2 },
    ),
  )
  const signedCall = fc
    .tuple(call, optional(base64))
    .map(([each, data]): ToolCall =>
      data === undefined ? each : { ...each, signature: { maker: 'gemini', data } },
    )
  const choice = fc
    .record({
      text: fc.oneof(text, fc.constant('')),
      thoughts: signed,
      unsigned: optional(text),
      toolCalls: fc.array(signedCall, { maxLength: 3 }),
      finish: fc.constantFrom('stop', 'length', 'tool-calls', 'content-filter', 'error'),
      explanation: optional(text),
    })
    .map(({ thoughts, unsigned, explanation, finish, ...rest }): ChatChoice => ({
      ...rest,
      ...withThoughts(thoughts),
      ...(thoughts.length === 0 ? { reasoning: unsigned } : {}),
      index: 0,
      refusal: finish === 'content-filter' ? explanation : undefined,
      finish,
      rawFinish: 'raw',
    }))
  const usage = fc
    .record({
      input: count,
      cachedInput: count,
      cacheWrite5m: dialect === 'anthropic' ? count : fc.constant(0),
      cacheWrite1h: dialect === 'anthropic' ? count : fc.constant(0),
      output: count,
      thinks: fc.boolean(),
    })
    .map(({ thinks, ...rest }) => ({ ...rest, reasoning: thinks ? rest.output : 0 }))
  return fc.record({
    id: fc.constant('x'),
    model: fc.constant('y'),
    choices: choice.map((one) => [one]),
    usage,
  })
}

/** A reply as the events of a stream, its texts cut in two. */
export function eventsOf(reply: ChatReply, cut: number): ChatEvent[] {
  const [choice] = reply.choices
  if (choice === undefined) throw new Error('a reply without an answer')
  const halves = (whole: string): string[] => [whole.slice(0, cut), whole.slice(cut)]
  const thoughts = choice.thoughts ?? []
  const unsigned = thoughts.length === 0 ? halves(choice.reasoning ?? '') : []
  const { refusal } = choice
  return [
    { type: 'start', id: reply.id, model: reply.model },
    ...unsigned.map((part): ChatEvent => ({ type: 'reasoning', choice: 0, text: part })),
    ...thoughts.flatMap(({ text: thought, signature }): ChatEvent[] => [
      ...halves(thought).map((part): ChatEvent => ({ type: 'reasoning', choice: 0, text: part })),
      { type: 'reasoning', choice: 0, text: '', signature },
    ]),
    ...halves(choice.text).map((part): ChatEvent => ({ type: 'text', choice: 0, text: part })),
    ...choice.toolCalls.flatMap(({ arguments: whole, ...rest }, index): ChatEvent[] => [
      { type: 'tool-start', choice: 0, index, ...rest },
      ...halves(whole).map((part): ChatEvent => ({
        type: 'tool-arguments',
        choice: 0,
        index,
        text: part,
      })),
    ]),
    ...(refusal === undefined ? [] : [{ type: 'refusal' as const, choice: 0, text: refusal }]),
    { type: 'finish', choice: 0, finish: choice.finish, rawFinish: choice.rawFinish },
    ...(reply.usage === undefined ? [] : [{ type: 'usage' as const, usage: reply.usage }]),
  ]
}
