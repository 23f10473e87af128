import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatEvent, ChatReply, Finish } from '../../src/domain/chat.ts'
import { gemini } from '../../src/wire/gemini.ts'
import { openGeminiRenderer } from '../../src/wire/gemini-events.ts'
import { renderGeminiReply } from '../../src/wire/gemini-reply-render.ts'
import { objectOf, objectsOf, parseObject } from '../../src/wire/read.ts'
import { readStream } from '../contract/collect.ts'
import { eventsOf, replies } from './spoken-replies.ts'

const THINKS = '{"generationConfig":{"thinkingConfig":{"includeThoughts":true}}}'
const META = { id: 'r1', model: 'm', request: THINKS }

const says = (choice: number, text: string): ChatEvent => ({ type: 'text', choice, text })
const ends = (choice: number): ChatEvent => ({
  type: 'finish',
  choice,
  finish: 'stop',
  rawFinish: 'stop',
})

/** What is left of a reply: this dialect has no word for calls as a reason to stop. */
function written({ choices, usage }: ChatReply) {
  return {
    usage,
    choices: choices.map(({ finish, rawFinish: _raw, ...choice }) => ({
      ...choice,
      finish: finishOf(finish, choice.toolCalls.length),
    })),
  }
}

function finishOf(finish: Finish, calls: number): Finish {
  if (finish !== 'stop' && finish !== 'tool-calls') return finish
  return calls > 0 ? 'tool-calls' : 'stop'
}

describe('an answer for a Gemini client', () => {
  test('is the same after it was written and read again', () => {
    fc.assert(
      fc.property(replies('gemini'), (reply) => {
        const read = gemini.parseReply(renderGeminiReply(reply, META))
        expect(read).toMatchObject({ ok: true, value: written(reply) })
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ['{}', [{ text: 'so' }]],
    ['{"contents":[{"parts":[{"text":"\\"includeThoughts\\": true"}]}]}', [{ text: 'so' }]],
    [THINKS, [{ text: 'hm', thought: true }, { text: 'so' }]],
    [
      '{"generation_config":{"thinking_config":{"include_thoughts": true}}}',
      [{ text: 'hm', thought: true }, { text: 'so' }],
    ],
  ])('shows thoughts only to those who ask for them: %s', (request, expected) => {
    const choice = {
      index: 0,
      text: 'so',
      refusal: undefined,
      reasoning: 'hm',
      toolCalls: [],
      finish: 'stop' as const,
      rawFinish: 'stop',
    }
    const reply = { id: 'x', model: 'y', usage: undefined, choices: [choice] }
    const [candidate] = objectsOf(
      parseObject(renderGeminiReply(reply, { ...META, request }))?.['candidates'],
    )
    expect(objectOf(candidate?.['content'])['parts']).toEqual(expected)
    const streamed = partsIn(write(eventsOf(reply, 2), request))
    expect(streamed).toEqual([...expected, { text: '' }])
  })

  test('tells how likely its words were', () => {
    const token = { token: 'a', logprob: -0.1, bytes: null }
    const reply: ChatReply = {
      id: 'x',
      model: 'y',
      usage: undefined,
      choices: [
        {
          index: 0,
          text: 'a',
          refusal: undefined,
          reasoning: undefined,
          toolCalls: [],
          finish: 'stop',
          rawFinish: 'stop',
          logprobs: { content: [{ ...token, top_logprobs: [token] }] },
        },
      ],
    }
    const [candidate] = objectsOf(parseObject(renderGeminiReply(reply, META))?.['candidates'])
    expect(candidate?.['logprobsResult']).toEqual({
      chosenCandidates: [{ token: 'a', logProbability: -0.1 }],
      topCandidates: [{ candidates: [{ token: 'a', logProbability: -0.1 }] }],
    })
  })
})

function write(events: readonly ChatEvent[], request = META.request): string {
  let renderer = openGeminiRenderer({ ...META, request })
  let text = ''
  for (const event of events) {
    const [next, out] = renderer.push(event)
    renderer = next
    text += out
  }
  return text + renderer.end()
}

const framesIn = (stream: string) =>
  [...stream.matchAll(/^data: (.*)$/gm)].map(([, json]) => parseObject(json ?? '') ?? {})

const partsIn = (stream: string): unknown[] =>
  framesIn(stream)
    .flatMap((frame) => objectsOf(frame['candidates']))
    .flatMap((candidate) => objectsOf(objectOf(candidate['content'])['parts']))

describe('a stream for a Gemini client', () => {
  test('holds what a reply holds', () => {
    fc.assert(
      fc.property(replies('gemini'), fc.nat(7), (reply, cut) => {
        const [choice] = reply.choices
        const read = readStream(gemini, new TextEncoder().encode(write(eventsOf(reply, cut))))
        expect(read).toMatchObject({
          text: choice?.text,
          reasoning: choice?.reasoning ?? '',
          calls: choice?.toolCalls.map(({ signature: _signature, ...call }) => call),
          finish: written(reply).choices[0]?.finish,
          usage: reply.usage,
          errors: [],
          leftover: false,
        })
        const signatures = read.events.flatMap((event) =>
          (event.type === 'reasoning' || event.type === 'tool-start') &&
          event.signature !== undefined
            ? [event.signature]
            : [],
        )
        expect(signatures).toEqual([
          ...(choice?.thoughts ?? []).map(({ signature }) => signature),
          ...(choice?.toolCalls ?? []).flatMap(({ signature }) => signature ?? []),
        ])
      }),
      { numRuns: 300 },
    )
  })

  test('tells why it ended and what it took in its last frame, and nothing after', () => {
    const usage = {
      input: 3,
      cachedInput: 1,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      output: 5,
      reasoning: 2,
    }
    const frames = framesIn(
      write([
        { type: 'start', id: 'x', model: 'y' },
        { type: 'text', choice: 0, text: 'a' },
        { type: 'finish', choice: 0, finish: 'length', rawFinish: 'length' },
        { type: 'usage', usage },
      ]),
    )
    expect(frames).toHaveLength(2)
    expect(frames[1]).toMatchObject({
      candidates: [{ finishReason: 'MAX_TOKENS', index: 0 }],
      usageMetadata: {
        promptTokenCount: 4,
        cachedContentTokenCount: 1,
        candidatesTokenCount: 3,
        thoughtsTokenCount: 2,
        totalTokenCount: 9,
      },
    })
  })

  test('keeps several answers apart', () => {
    const frames = framesIn(write([says(0, 'a'), says(1, 'b'), ends(1), ends(0)]))
    const indexes = frames.map((frame) => objectsOf(frame['candidates']).map(({ index }) => index))
    expect(indexes).toEqual([[0], [1], [1, 0]])
  })

  test('tells an error as one, and does not say that it has ended', () => {
    const frames = framesIn(
      write([
        { type: 'text', choice: 0, text: 'a' },
        { type: 'error', message: 'broke', code: undefined },
      ]),
    )
    expect(frames.at(-1)).toEqual({ error: { code: 500, message: 'broke', status: 'INTERNAL' } })
  })
})
