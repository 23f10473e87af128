import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { wires } from '../../src/wire/index.ts'
import { endTap, openTap, pushTap } from '../../src/wire/openai-chat-tap.ts'
import {
  listOf,
  objectOf,
  objectsOf,
  parseObject,
  textOf,
  type Foreign,
} from '../../src/wire/read.ts'
import type { Wire } from '../../src/wire/wire.ts'
import { readStream } from './collect.ts'

/** Recorded traffic of real providers, kept outside the repository: without it there is nothing to do here. */
const ROOT = join(import.meta.dirname, '../../../shared/data/wire')
const INDEX = join(ROOT, 'index.jsonl')

type Recording = {
  readonly name: string
  readonly provider: string
  readonly isStream: boolean
  readonly text: string
}

function recordings(): Recording[] {
  if (!existsSync(INDEX)) return []
  return readFileSync(INDEX, 'utf8')
    .trim()
    .split('\n')
    .flatMap((line): Recording[] => {
      const { path = '', provider = '', kind } = parseIndex(line)
      if (path.endsWith('.bin') || path.endsWith('.log') || kind === 'request') return []
      const text = readFileSync(join(ROOT, path), 'utf8')
      if (kind === 'cassette') return fromCassette(path, provider, text)
      if (kind === 'response') return [{ name: path, provider, isStream: false, text }]
      const isLines = path.endsWith('.chunks.txt')
      return [
        { name: path, provider, isStream: true, text: isLines ? framed(text.split('\n')) : text },
      ]
    })
}

const parseIndex = (line: string): { path?: string; provider?: string; kind?: string } => {
  const entry = objectOf(JSON.parse(line))
  return {
    path: String(entry['path']),
    provider: String(entry['provider']),
    kind: String(entry['kind']),
  }
}

const framed = (events: readonly string[]): string =>
  events
    .filter((each) => each.trim() !== '')
    .map((each) => `data: ${each}\n\n`)
    .join('')

function fromCassette(path: string, provider: string, text: string): Recording[] {
  const cassette: unknown = path.endsWith('.yaml') ? parseYaml(text) : JSON.parse(text)
  return objectsOf(objectOf(cassette)['interactions']).flatMap((each, index): Recording[] => {
    const response = objectOf(each['response'])
    const url = textOf(objectOf(each['request'])['url']) ?? ''
    const name = `${path}#${index}`
    const body = textOf(response['body'])
    if (body !== undefined) {
      if (!url.endsWith('/chat/completions') || response['code'] !== 200) return []
      return [{ name, provider, isStream: body.startsWith('data:'), text: body }]
    }
    const segments = listOf(response['bodySegments']).map((segment) => JSON.stringify(segment))
    if (response['statusCode'] !== 200) return []
    if (url.includes(':streamGenerateContent')) {
      return [{ name, provider, isStream: true, text: framed(segments) }]
    }
    return url.includes(':generateContent')
      ? [{ name, provider, isStream: false, text: segments[0] ?? '' }]
      : []
  })
}

/** The wire that a reply or frame is of, by its own shape; undefined for other interfaces than chat. */
function wireOf(sample: Foreign): Wire | undefined {
  if (sample['object'] === 'text_completion') return undefined
  if (Array.isArray(sample['choices'])) return wires['openai-chat']
  if (sample['type'] === 'message' || sample['type'] === 'message_start')
    return wires['anthropic-messages']
  if (Array.isArray(sample['candidates'])) return wires.gemini
  const isResponse = sample['object'] === 'response' && Array.isArray(sample['output'])
  return isResponse || sample['type'] === 'response.created' ? wires['workers-ai'] : undefined
}

const firstFrame = (text: string): Foreign =>
  parseObject(/^data: ?(.*)$/m.exec(text)?.[1] ?? '') ?? {}

const ALL = recordings().map((each) => ({
  ...each,
  wire: wireOf(each.isStream ? firstFrame(each.text) : (parseObject(each.text) ?? {})),
}))
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
