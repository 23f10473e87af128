import { describe, expect, test } from 'vitest'
import { conversationId } from '../../src/worker/affinity.ts'
import { Pins } from '../../src/worker/objects/pins.ts'
import { NOW_MS, report } from '../journal/harness.ts'
import { CALLER, HASH_KEY, choice, scanned, USAGE } from './affinity-parts.ts'

const at = (pins: Pins, nowMs = NOW_MS): string | undefined => {
  const pin = pins.of('c1', nowMs)
  return pin && `${pin.destination} ${pin.promptTokens}`
}

const turns = (...contents: readonly string[]) =>
  contents.map((content, nth) => ({ role: nth % 2 === 0 ? 'user' : 'assistant', content }))

const chat = (...contents: readonly string[]) => ({
  model: 'auto',
  messages: [{ role: 'system', content: 'Be short.' }, ...turns(...contents)],
})

const idOf = (body: object, session: string | null = null, caller = CALLER): string =>
  conversationId(HASH_KEY, caller, session, scanned(body))

const marked = (isMarked: boolean) => ({
  system: [{ type: 'text', text: 'Be short.' }],
  messages: [
    {
      role: 'user',
      content: [
        {
          type: 'text',
          text: 'Hi',
          ...(isMarked ? { cache_control: { type: 'ephemeral' } } : {}),
        },
      ],
    },
  ],
})

const items = (...more: readonly object[]) => ({
  instructions: 'Be short.',
  input: [{ type: 'message', role: 'user', content: 'Hi' }, ...more],
})

const contents = (...more: readonly object[]) => ({
  systemInstruction: { parts: [{ text: 'Be short.' }] },
  contents: [{ parts: [{ text: 'Hi' }] }, ...more],
})

describe('pins', () => {
  const elsewhere = choice({ destination: 'fireworks' })
  test.each([
    ['an answer pins', report({ usage: USAGE }), 'together 5000'],
    ['an answer without a bill pins too', report({ usage: null }), 'together 1250'],
    [
      'a client that left after the answer was billed changes nothing of that',
      report({ usage: USAGE, outcome: 'client-gone' }),
      'together 5000',
    ],
    ['a time-out ends it', report({ outcome: 'timeout', usage: null }), undefined],
    ['a cut ends it', report({ outcome: 'cut-off', usage: null }), undefined],
    [
      'an error of the upstream ends it',
      report({ outcome: 'upstream-error', usage: null, upstreamStatus: 500 }),
      undefined,
    ],
    [
      'an upstream that is busy ends it',
      report({ outcome: 'upstream-error', usage: null, upstreamStatus: 429 }),
      undefined,
    ],
    [
      'an upstream that cannot be reached ends it',
      report({ outcome: 'upstream-error', usage: null, upstreamStatus: null }),
      undefined,
    ],
    [
      'a request that is wrong does not',
      report({ outcome: 'upstream-error', usage: null, upstreamStatus: 400 }),
      'together 0',
    ],
    ['a client that left does not', report({ outcome: 'client-gone', usage: null }), 'together 0'],
    [
      'the end of an attempt that nobody knows does not',
      report({ attempt: 'other', outcome: 'timeout' }),
      'together 0',
    ],
  ])('%s', (_name, ended, expected) => {
    const pins = new Pins(10)
    pins.hold('dec_1.1', choice(), 1_250, NOW_MS)
    pins.settle(ended)
    expect(at(pins)).toBe(expected)
  })

  test('a second attempt at the same time moves nothing before it is answered', () => {
    const pins = new Pins(10)
    pins.hold('a', choice(), 10, NOW_MS)
    pins.hold('b', elsewhere, 10, NOW_MS)
    expect(at(pins)).toBe('together 0')
    pins.settle(report({ attempt: 'b', usage: USAGE }))
    pins.settle(report({ attempt: 'a', outcome: 'timeout', usage: null }))
    expect(at(pins)).toBe('fireworks 5000')
  })

  test('last an hour, and the longest unused go first', () => {
    const pins = new Pins(2)
    pins.hold('a', choice(), 10, NOW_MS)
    expect([at(pins, NOW_MS + 3_599_999), at(pins, NOW_MS + 3_600_000)]).toEqual([
      'together 0',
      undefined,
    ])
    pins.hold('b', choice({ id: 'c2' }), 10, NOW_MS)
    pins.settle(report({ attempt: 'a', usage: USAGE }))
    pins.hold('c', choice({ id: 'c3' }), 10, NOW_MS)
    expect([at(pins), pins.of('c2', NOW_MS)]).toEqual(['together 5000', undefined])
  })
  test.each([
    ['whoever goes elsewhere and does not know', elsewhere, true],
    ['nobody who goes there anyway', choice(), false],
    [
      'nobody who knows and prefers another place',
      choice({ destination: 'fireworks', knows: 'together/glm-5' }),
      false,
    ],
    [
      'whoever knows of an older one',
      choice({ destination: 'fireworks', knows: 'vllm/glm-5' }),
      true,
    ],
    ['nobody who has been told', choice({ destination: 'fireworks', asks: false }), false],
    ['nobody in another conversation', choice({ destination: 'fireworks', id: 'c2' }), false],
  ])('are told to %s', (_name, asking, isTold) => {
    const pins = new Pins(10)
    pins.hold('a', choice(), 10, NOW_MS)
    expect(pins.unknownTo(asking, NOW_MS) !== undefined).toBe(isTold)
  })
})

describe('a conversation', () => {
  test.each<readonly [string, string, string, boolean]>([
    ['is the same with more turns', idOf(chat('Hi')), idOf(chat('Hi', 'Ho', 'Hm')), true],
    ['is another with another first turn', idOf(chat('Hi')), idOf(chat('Ho')), false],
    [
      'is another with other instructions',
      idOf(chat('Hi')),
      idOf({ messages: turns('Hi') }),
      false,
    ],
    ['is the same wherever a cache is marked', idOf(marked(true)), idOf(marked(false)), true],
    [
      'is the same with more items',
      idOf(items()),
      idOf(items({ type: 'function_call_output', output: 'x' })),
      true,
    ],
    ['is the same with more contents', idOf(contents()), idOf(contents({ role: 'model' })), true],
    ['may be one text', idOf({ input: 'Hi' }), idOf({ input: 'Ho' }), false],
    ['is the session that is named', idOf(chat('Hi'), 's'), idOf(chat('Ho'), 's'), true],
    ['is another in another session', idOf(chat('Hi'), 's'), idOf(chat('Hi'), 't'), false],
    [
      'is another of another tenant',
      idOf(chat('Hi'), 's'),
      idOf(chat('Hi'), 's', { ...CALLER, tenant: 'other' }),
      false,
    ],
    [
      'is another of another app',
      idOf(chat('Hi')),
      idOf(chat('Hi'), null, { ...CALLER, app: 'other' }),
      false,
    ],
    [
      'is not mistaken where names run together',
      idOf(chat('Hi'), 's', { ...CALLER, team: 'a', app: 'bc' }),
      idOf(chat('Hi'), 's', { ...CALLER, team: 'ab', app: 'c' }),
      false,
    ],
  ])('%s', (_name, one, other, isSame) => expect(one === other).toBe(isSame))
})
