import { describe, expect, test } from 'vitest'
import { openLines, pushLines } from '../../src/encoding/lines.ts'
import { surfaces } from '../../src/surfaces/index.ts'
import { ollama } from '../../src/wire/ollama.ts'
import { parseObject } from '../../src/wire/read.ts'
import { collect, readStream, type Collected } from './collect.ts'
import { recordings, wireOfRecording } from './recordings.ts'

const META = { id: 'r', model: 'm', createdS: 1, wantsUsage: true, request: '{}' }
const ALL = recordings().flatMap((each) => {
  const wire = wireOfRecording(each)
  return wire === undefined ? [] : [{ ...each, wire }]
})

/** What a custom tool gets is free text, which stands in an object here. */
const objectOf = (text: string): unknown => parseObject(text) ?? { input: text }
const calls = (of: readonly { readonly name: string; readonly arguments: string }[]) =>
  of.map(({ name, arguments: written }) => [name, objectOf(written === '' ? '{}' : written)])

/** Reads what an Ollama client would read. */
function heard(lines: string): Collected {
  let stream = ollama.openStream()
  const events = pushLines(openLines(), lines)[1].flatMap((frame) => {
    const [next, found] = stream.push(frame)
    stream = next
    return found
  })
  return collect(events, false)
}

describe.skipIf(ALL.length === 0)('recorded traffic, for an Ollama client', () => {
  test.each(ALL.filter(({ isStream }) => !isStream))('whole: $name', ({ wire, text }) => {
    const reply = wire.parseReply(text)
    if (!reply.ok) throw new Error(reply.error.expected)
    const [said] = reply.value.choices
    const read = ollama.parseReply(surfaces.ollama.renderReply(reply.value, META))
    if (!read.ok) throw new Error(read.error.expected)
    const [told] = read.value.choices
    expect(told?.text).toBe((said?.text ?? '') + (said?.refusal ?? ''))
    expect(told?.reasoning).toBe(said?.reasoning)
    expect(told?.toolCalls.map(({ id }) => id)).toEqual(said?.toolCalls.map(({ id }) => id))
    expect(read.value.usage?.output).toBe(reply.value.usage?.output)
  })

  test.each(ALL.filter(({ isStream }) => isStream))('stream: $name', ({ wire, text }) => {
    const source = readStream(wire, new TextEncoder().encode(`${text}\n\n`))
    let renderer = surfaces.ollama.openStream(META)
    let out = ''
    for (const event of source.events) {
      const [next, rendered] = renderer.push(event)
      renderer = next
      out += rendered
    }
    const told = heard(out + renderer.end())
    if (source.errors.length > 0) return expect(told.errors).toEqual(source.errors)
    const refusals = source.events.map((event) => (event.type === 'refusal' ? event.text : ''))
    expect(told).toMatchObject({
      text: source.text + refusals.join(''),
      reasoning: source.reasoning,
      errors: [],
    })
    expect(calls(told.calls)).toEqual(calls(source.calls))
    expect(told.usage?.output).toBe(source.usage?.output)
    return undefined
  })
})
