import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { clientOf, events, pathAndBody, TOOLS } from './client.ts'
import { startFleet, type SimulatedId } from './fleet.ts'
import { isFields, parseFields, type Fields } from './read.ts'

/** Recorded traffic of the real providers, where somebody has put it beside the checkout. */
const RECORDINGS = join(import.meta.dirname, '../../../shared/data/wire')

const fleet = await startFleet()
const { post } = clientOf(fleet)
afterAll(() => fleet.close())

/** Every path to a value, with its type; array positions are left out. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => shapeOf(item, `${path}[]`))
  if (isFields(value)) {
    return Object.entries(value).flatMap(([key, item]) => shapeOf(item, `${path}.${key}`))
  }
  return [`${path}: ${value === null ? 'null' : typeof value}`]
}

const shapes = (values: readonly unknown[]): string[] =>
  [...new Set(values.flatMap((value) => shapeOf(value)))].toSorted()

/** Types of events in order; pings may come anywhere, and deltas as often as they like. */
const sequenceOf = (all: readonly unknown[]): unknown[] =>
  all
    .map((event) => (isFields(event) ? event['type'] : event))
    .filter((type) => type !== 'ping')
    .filter((type, at, types) => type !== types[at - 1])

const recorded = (path: string): string => readFileSync(join(RECORDINGS, path), 'utf8')
const jsonLines = (path: string): unknown[] =>
  recorded(path)
    .split('\n')
    .flatMap((line) => parseFields(line) ?? [])

const GEMINI_TOOLS = [
  {
    functionDeclarations: [
      {
        name: 'weather',
        parameters: { type: 'OBJECT', properties: { location: { type: 'STRING' } } },
      },
    ],
  },
]

const CASES: readonly [string, SimulatedId, Fields, string, () => unknown[]][] = [
  [
    "OpenAI's stream with usage",
    'openai',
    { stream_options: { include_usage: true } },
    'Hello.',
    () => events(recorded('agentgateway/crates/llm/src/tests/response/completions/stream.json')),
  ],
  [
    "Anthropic's text stream",
    'anthropic',
    {},
    'Hello.',
    () => jsonLines('vercel-ai/packages/anthropic/src/__fixtures__/anthropic-text.chunks.txt'),
  ],
  [
    "Gemini's tool call stream",
    'gemini',
    { tools: GEMINI_TOOLS },
    'Please call it.',
    () => jsonLines('vercel-ai/packages/google/src/__fixtures__/google-tool-call.chunks.txt'),
  ],
]

describe.skipIf(!existsSync(RECORDINGS))('beside the recordings', () => {
  test.each(CASES)(
    '%s has the same fields, of the same types',
    async (_name, id, more, prompt, read) => {
      const [path, body] = pathAndBody(id, true, prompt)
      const simulated = events(await (await post(id, path, { ...body, ...more })).text())
      expect(shapes(simulated)).toEqual(shapes(read()))
    },
  )

  test("Anthropic's tool use has the recorded event types, in order", async () => {
    const [path, body] = pathAndBody('anthropic', true, 'Please call it.')
    const tools = TOOLS.slice(0, 1).map(({ function: { name, parameters } }) => ({
      name,
      input_schema: parameters,
    }))
    const simulated = events(await (await post('anthropic', path, { ...body, tools })).text())
    const file = 'vercel-ai/packages/anthropic/src/__fixtures__/anthropic-json-tool.1.chunks.txt'
    expect(sequenceOf(simulated)).toEqual(sequenceOf(jsonLines(file)))
  })
})
