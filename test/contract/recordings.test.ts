import { describe, expect, test } from 'vitest'
import { wires } from '../../src/wire/index.ts'
import { endTap, openTap, pushTap } from '../../src/wire/openai-chat-tap.ts'
import { readStream } from './collect.ts'
import { recordings, wireOfRecording } from './recordings.ts'

const ALL = recordings().map((each) => ({ ...each, wire: wireOfRecording(each) }))
const WHOLE = ALL.filter((each) => !each.isStream && each.wire !== undefined)
const STREAMS = ALL.filter((each) => each.isStream && each.wire !== undefined)

describe.skipIf(ALL.length === 0)('recorded traffic', () => {
  test('there is some of every kind', () => {
    const providers = new Set([...WHOLE, ...STREAMS].map(({ provider }) => provider))
    expect([...providers]).toEqual(
      expect.arrayContaining([
        'openai',
        'anthropic',
        'google',
        'deepseek',
        'groq',
        'mistral',
        'xai',
        'bedrock',
        'amazon-bedrock',
      ]),
    )
    expect(WHOLE.length).toBeGreaterThan(60)
    expect(STREAMS.length).toBeGreaterThan(60)
  })

  test.each(WHOLE)('whole: $name', ({ wire, text }) => {
    const reply = wire?.parseReply(text)
    if (reply?.ok !== true) throw new Error('not read')
    const expectsUsage = /"(?:prompt|output)_tokens": ?[1-9]|"promptTokenCount": ?\d/.test(text)
    if (expectsUsage) expect(reply.value.usage).toBeDefined()
    for (const { text: said, toolCalls, rawFinish, reasoning, refusal } of reply.value.choices) {
      const saidSomething = said !== '' || toolCalls.length > 0 || reasoning !== undefined
      expect(saidSomething || refusal !== undefined || rawFinish !== '').toBe(true)
      for (const call of toolCalls) expect(call.id !== '' && call.name !== '').toBe(true)
    }
  })

  test.each(STREAMS)('stream: $name', ({ wire, text }) => {
    if (wire === undefined) return
    const read = readStream(wire, new TextEncoder().encode(`${text}\n\n`))
    const hasError = read.errors.length > 0
    if (!hasError) expect(read.finish).toBeDefined()
    const expectsUsage = /"(?:prompt|output)_tokens":[1-9]|"promptTokenCount":\d/.test(text)
    if (!hasError && expectsUsage) expect(read.usage).toBeDefined()
    for (const call of read.calls) expect(call.id !== '' && call.name !== '').toBe(true)
    if (wire === wires['openai-chat'])
      expect(tapped(text)).toMatchObject({ usage: read.usage, finish: read.rawFinish })
  })
})

/** What the tap of a passing stream says of the same bytes, which it must pass unchanged. */
function tapped(text: string) {
  const bytes = new TextEncoder().encode(text)
  const [pushed, passed] = pushTap(openTap({ stripUsageChunk: false }), bytes)
  const [tap, rest] = endTap(pushed)
  const out = Buffer.concat([passed ?? new Uint8Array(), rest ?? new Uint8Array()])
  expect(out.toString().trim()).toBe(text.trim())
  return { usage: tap.usage, finish: tap.finish }
}
