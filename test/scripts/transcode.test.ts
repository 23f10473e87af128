import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { transcode, type TranscodeInput } from '../../scripts/lib/transcode.ts'

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../fixtures/wire', name), 'utf8')
const run = (
  upstream: TranscodeInput['upstream'],
  reply: string,
  change: Partial<TranscodeInput> = {},
) => transcode({ upstream, reply, stream: true, wantsUsage: true, ...change })

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
})
