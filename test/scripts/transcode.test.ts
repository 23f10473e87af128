import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chatSurfaces, transcode, type TranscodeInput } from '../../scripts/lib/transcode.ts'
import { surfaces } from '../../src/surfaces/index.ts'

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../fixtures/wire', name), 'utf8')
const run = (
  upstream: TranscodeInput['upstream'],
  reply: string,
  change: Partial<TranscodeInput> = {},
) =>
  transcode({
    upstream,
    reply,
    client: surfaces['openai-chat'],
    stream: true,
    wantsUsage: true,
    request: '{}',
    ...change,
  })

describe('a reply for a client', () => {
  test('is translated whole, the same every time', () => {
    const once = run('gemini', fixture('gemini.text.json'), { stream: false })
    expect(once).toMatchObject({
      usage: { input: 20, output: 12 },
      finish: 'stop',
      rawFinish: 'STOP',
      problem: undefined,
    })
    expect(JSON.parse(once.text)).toMatchObject({
      object: 'chat.completion',
      created: 1_700_000_000,
    })
    expect(run('gemini', fixture('gemini.text.json'), { stream: false })).toEqual(once)
  })

  test('is the same from an event stream and from one event a line', () => {
    const frames = fixture('anthropic.tools.sse')
    const lines = frames.replaceAll(/^event: .*\n/gm, '').replaceAll(/^data: (.*)\n\n/gm, '$1\n')
    expect(run('anthropic-messages', lines)).toEqual(run('anthropic-messages', frames))
    expect(run('anthropic-messages', lines)).toMatchObject({
      finish: 'tool-calls',
      problem: undefined,
    })
  })

  test('passes in the client’s own dialect, less the usage that nobody asked for', () => {
    const frames = fixture('openai.text.sse')
    expect(run('openai-chat', frames).text).toBe(frames)
    const stripped = run('openai-chat', frames, { wantsUsage: false })
    expect(stripped.text).not.toContain('"choices":[]')
    expect(stripped).toMatchObject({ usage: { input: 20 }, finish: 'stop' })
  })

  test.each<[string, Partial<TranscodeInput> & { reply: string }, RegExp]>([
    ['is malformed', { stream: false, reply: '{"x":1}' }, /expected content/],
    ['was cut', { reply: fixture('anthropic.text.sse').slice(0, 900) }, /cut off/],
    [
      'is an error',
      {
        reply:
          'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
      },
      /Overloaded/,
    ],
  ])('is not said to be whole if it %s', (_name, { reply, ...change }, problem) => {
    const result = run('anthropic-messages', reply, change)
    expect(result.problem).toMatch(problem)
    expect(result.text).not.toContain('[DONE]')
  })

  test.each([...chatSurfaces])('may be for any surface: %s', (name, client) => {
    const stream = run('workers-ai', fixture('workers-ai.text.sse'), { client })
    expect(stream).toMatchObject({ finish: 'stop', problem: undefined })
    const whole = run('workers-ai', fixture('workers-ai.text.json'), { client, stream: false })
    expect(whole.usage).toBeDefined()
    expect(JSON.parse(whole.text)).toBeTypeOf('object')
    if (name.startsWith('ollama')) {
      const lines = stream.text.trimEnd().split('\n')
      expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ done: true, done_reason: 'stop' })
    }
    if (name === 'openai-responses') {
      expect(stream.text).toMatch(/^event: response\.created\ndata: .*"id":"resp_transcode"/)
      expect(stream.text).toMatch(/"sequence_number":\d+\}\n\n$/)
      expect(JSON.parse(whole.text)).toMatchObject({ object: 'response', status: 'completed' })
    }
  })

  test('of Responses passes to a client of Responses, named where it came without names', () => {
    const line = '{"type":"response.created","sequence_number":0,"response":{"id":"resp_1"}}'
    const client = surfaces['openai-responses']
    const passed = run('openai-responses', `${line}\n`, { client })
    expect(passed.text).toBe(`event: response.created\ndata: ${line}\n\n`)
    expect(passed.problem).toMatch(/cut off/)
  })

  test('of Ollama passes to its own clients, and is read for others', () => {
    const reply =
      '{"model":"q","message":{"role":"assistant","content":"Hi"},"done":false}\n' +
      '{"model":"q","message":{"role":"assistant","content":""},"done":true,"done_reason":"length","eval_count":2,"prompt_eval_count":7}\n'
    expect(run('ollama', reply, { client: surfaces.ollama }).text).toBe(reply)
    const other = run('ollama', reply, { client: surfaces['anthropic-messages'] })
    expect(other).toMatchObject({ finish: 'length', usage: { input: 7, output: 2 } })
    expect(other.text).toContain('"text":"Hi"')
  })

  test('of Responses repeats in its answer what was asked for', () => {
    const request = JSON.stringify({ instructions: 'Be brief.', temperature: 0.25 })
    const client = surfaces['openai-responses']
    const whole = run('gemini', fixture('gemini.text.json'), { client, request, stream: false })
    expect(JSON.parse(whole.text)).toMatchObject({ instructions: 'Be brief.', temperature: 0.25 })
  })
})
