import { destinations } from '../../src/destinations/index.ts'
import { spokenFor } from '../../src/destinations/spoken.ts'
import type { SurfaceName } from '../../src/domain/request.ts'
import type { FleetId } from '../upstreams/fleet.ts'
import { MAKER_MODELS } from './makers.ts'
import { MODELS } from './models.ts'

/** A library that somebody else wrote, and the suites that run it at each of `MODELS`. */
export type Client = {
  readonly name: string
  readonly surface: SurfaceName
  /** As the suite imports it. */
  readonly imported: string
  /** A suite's name is this and `destination: model`. */
  readonly suites: readonly { readonly file: string; readonly title: string }[]
}

const client = (
  name: string,
  surface: SurfaceName,
  imported: string,
  ...suites: readonly (readonly [string, string])[]
): Client => ({ name, surface, imported, suites: suites.map(([file, title]) => ({ file, title })) })

export const CLIENTS: readonly Client[] = [
  client(
    'openai, chat',
    'openai-chat',
    'openai',
    ['chat.test.ts', ''],
    ['tools.test.ts', 'tools at '],
  ),
  client('openai, responses', 'openai-responses', 'openai', [
    'responses.test.ts',
    'the OpenAI SDK, at ',
  ]),
  client('@anthropic-ai/sdk', 'anthropic-messages', '@anthropic-ai/sdk', [
    'anthropic.test.ts',
    'the Anthropic SDK, at ',
  ]),
  client('@google/genai', 'gemini', '@google/genai', ['gemini.test.ts', "Google's SDK, at "]),
  client('ai + @ai-sdk/openai', 'openai-responses', '@ai-sdk/openai', [
    'vercel-responses.test.ts',
    'Vercel’s AI SDK, at ',
  ]),
  client('ai + @ai-sdk/openai-compatible', 'openai-chat', '@ai-sdk/openai-compatible', [
    'vercel-compatible.test.ts',
    'Vercel’s AI SDK for OpenAI-compatible servers, at ',
  ]),
  client('ai + @ai-sdk/anthropic', 'anthropic-messages', '@ai-sdk/anthropic', [
    'anthropic-gemini-vercel.test.ts',
    '@ai-sdk/anthropic, at ',
  ]),
  client('ai + @ai-sdk/google', 'gemini', '@ai-sdk/google', [
    'anthropic-gemini-vercel.test.ts',
    '@ai-sdk/google, at ',
  ]),
  client('@langchain/openai', 'openai-chat', '@langchain/openai', [
    'langchain.test.ts',
    'LangChain, at ',
  ]),
  client('ollama', 'ollama', 'ollama', ['ollama.test.ts', 'ollama-js, at ']),
]

/** What the destination is spoken to in, by the code that decides it; Workers AI answers in families of its own. */
export function wireOf(surface: SurfaceName, id: FleetId, model: string): string {
  const dialect = spokenFor(destinations[id], surface, 'chat')?.dialect ?? 'none'
  if (dialect !== 'workers-ai') return dialect
  if (model.includes('gpt-oss')) return 'workers-ai gpt-oss'
  return model.includes('llama') ? 'workers-ai native' : 'workers-ai chat'
}

export const WIRES: readonly string[] = [
  ...new Set(
    CLIENTS.flatMap(({ surface }) =>
      [...MODELS, ...MAKER_MODELS].map(([id, model]) => wireOf(surface, id, model)),
    ),
  ),
].toSorted()

/** Wires of destinations that none of the clients is run over: said, so that nobody takes them for covered. */
export const WIRES_WITHOUT_CLIENTS: readonly string[] = [
  ...new Set(Object.values(destinations).map(({ wire }) => wire)),
]
  .filter((wire) => !WIRES.some((run) => run === wire || run.startsWith(`${wire} `)))
  .toSorted()

/** One test that ran: its file's name, its outermost suite, and how it ended. */
export type Ran = {
  readonly file: string
  readonly suite: string
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending'
}

/** Where every library is run at every maker's model. */
export const MAKERS_FILE = 'makers-clients.test.ts'

const suitesOf = ({ name, surface, suites }: Client, wire: string): string[] => {
  const isOfWire = ([id, model]: readonly [FleetId, string]): boolean =>
    wireOf(surface, id, model) === wire
  return [
    ...MODELS.filter(isOfWire).flatMap(([id, model]) =>
      suites.map(({ file, title }) => `${file} ${title}${id}: ${model}`),
    ),
    ...MAKER_MODELS.filter(isOfWire).map(
      ([id, model]) => `${MAKERS_FILE} ${name}, at ${id}: ${model}`,
    ),
  ]
}

/** `–` where the client's requests never take that wire. */
export function cellOf(one: Client, wire: string, ran: readonly Ran[]): string {
  const suites = suitesOf(one, wire)
  if (suites.length === 0) return '–'
  const found = suites.map((suite) => ran.filter((test) => `${test.file} ${test.suite}` === suite))
  const count = (state: Ran['state']): number =>
    found.flat().filter((test) => test.state === state).length
  if (count('failed') > 0) return `✗ ${count('failed')} failed`
  if (found.some((tests) => !tests.some(({ state }) => state === 'passed'))) return 'not run'
  return `✓ ${count('passed')}${count('skipped') === 0 ? '' : ` (${count('skipped')} skipped)`}`
}

/** Clients down, wires across: how many tests passed in each cell. */
export function renderMatrix(ran: readonly Ran[]): string {
  const rows = [
    ['client', ...WIRES],
    ...CLIENTS.map((one) => [one.name, ...WIRES.map((wire) => cellOf(one, wire, ran))]),
  ]
  const widths = ['client', ...WIRES].map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}
