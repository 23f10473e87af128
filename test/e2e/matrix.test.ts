import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DRIVERS } from './client-drivers.ts'
import { MAKER_MODELS } from './makers.ts'
import {
  cellOf,
  CLIENTS,
  MAKERS_FILE,
  renderMatrix,
  WIRES,
  wireOf,
  type Client,
  type Ran,
} from './matrix.ts'
import { MODELS } from './models.ts'

const ALL = [...MODELS, ...MAKER_MODELS]

const sourceOf = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8')

/** Whether the suite runs at every model, by its source. */
const isOverAll = (source: string, title: string): boolean =>
  source.includes(`describe.each(MODELS)('${title}%s: %s'`) ||
  source.includes(`describe.each(MODELS)("${title}%s: %s"`) ||
  (source.includes("describe.each(CELLS)('%s, at %s: %s'") &&
    source.includes('MODELS.map(([id, model]) => [name, id, model, connect]') &&
    source.includes(`['${title.replace(', at ', '')}', `))

describe.each(CLIENTS)('$name', ({ imported, suites }) => {
  const sources = suites.map(({ file, title }) => ({ source: sourceOf(file), title }))

  test('runs at every model that the matrix counts', () => {
    expect(sources.filter(({ source, title }) => !isOverAll(source, title))).toEqual([])
  })

  test('is the library itself, and streams and calls tools', () => {
    const whole = sources.map(({ source }) => source).join('\n')
    const library = new RegExp(`from '(?:${imported}|\\./.*-client\\.ts|\\./harness\\.ts)'`)
    expect({
      isImported: library.test(whole),
      streams: /test.*stream/.test(whole),
      callsTools: /(?:calls|runs|with) two/.test(whole),
      isLeftOut: /(?:describe|test)\.(?:skip|only)\b/.test(whole),
    }).toEqual({ isImported: true, streams: true, callsTools: true, isLeftOut: false })
  })
})

test('every library has a driver that is run at the makers, too', () => {
  expect(DRIVERS.map(({ name }) => name)).toEqual(CLIENTS.map(({ name }) => name))
  const source = sourceOf(MAKERS_FILE)
  expect(source).toContain("describe.each(CELLS)('%s, at %s: %s'")
  expect(source).toContain('MAKER_MODELS.map(([id, model]) => [driver.name, id, model, driver]')
})

/** Every test of every suite, all in one state. */
const everything = (state: Ran['state']): Ran[] =>
  CLIENTS.flatMap(({ name, suites }) => [
    ...suites.flatMap(({ file, title }) =>
      MODELS.map(([id, model]) => ({ file, suite: `${title}${id}: ${model}`, state })),
    ),
    ...MAKER_MODELS.map(([id, model]) => ({
      file: MAKERS_FILE,
      suite: `${name}, at ${id}: ${model}`,
      state,
    })),
  ])

const theClient = (name: string): Client => {
  const found = CLIENTS.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no client ${name}`)
  return found
}

test.each<[string, string, string, Ran[], string]>([
  ['all passed', 'openai, chat', 'gemini', everything('passed'), '✓ 3'],
  [
    'one failed',
    'openai, chat',
    'gemini',
    [...everything('passed'), ...everything('failed')],
    '✗ 3 failed',
  ],
  ['none ran', '@google/genai', 'gemini', [], 'not run'],
  ['all skipped', '@google/genai', 'gemini', everything('skipped'), 'not run'],
  [
    'one model of several ran',
    '@google/genai',
    'openai-chat',
    everything('passed').slice(-1),
    'not run',
  ],
  ['it never takes that wire', '@google/genai', 'openai-responses', everything('passed'), '–'],
])('a cell where %s', (_name, name, wire, ran, expected) => {
  expect(cellOf(theClient(name), wire, ran)).toBe(expected)
})

test('the table has a row for each client and a column for each wire', () => {
  const lines = renderMatrix(everything('passed')).split('\n')
  expect(lines).toHaveLength(CLIENTS.length + 1)
  for (const wire of WIRES) expect(lines[0]).toContain(wire)
})

test('the page claims no cell that no suite covers', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/compatibility.md'), 'utf8')
  const lines = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const header = lines.find((cells) => cells[1] === 'client library') ?? []
  const wires = header.slice(2, -1)
  expect(wires.length).toBeGreaterThan(3)
  const claimed = CLIENTS.flatMap(({ name, surface }) => {
    const cells = lines.find((line) => line[1] === name) ?? []
    return wires
      .filter((_, column) => cells[column + 2]?.startsWith('✓'))
      .filter((wire) => !ALL.some(([id, model]) => wireOf(surface, id, model) === wire))
      .map((wire) => `${name}: ${wire}`)
  })
  expect(claimed).toEqual([])
})
