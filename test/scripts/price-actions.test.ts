import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { dispatch } from '../../scripts/demarc.ts'
import { POLICIES_DIRECTORY, ROOT_DIRECTORY } from '../../scripts/lib/paths.ts'

const stdout = vi.spyOn(console, 'log').mockReturnValue()
const stderr = vi.spyOn(console, 'error').mockReturnValue()
afterEach(() => {
  stdout.mockClear()
  stderr.mockClear()
})
const said = (spy: typeof stdout): string => spy.mock.calls.flat().join('\n')

const FIXTURES = join(ROOT_DIRECTORY, 'test/fixtures/prices')
const SOURCES = [
  '--genai',
  join(FIXTURES, 'genai.json'),
  '--modelsdev',
  join(FIXTURES, 'modelsdev'),
]
const GPT_5 = 'openai/gpt-5@2025-08-07'

let folder = ''
let prices = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demarc-prices-'))
  prices = join(folder, 'prices.yaml')
  const book = await readFile(join(POLICIES_DIRECTORY, 'prices.yaml'), 'utf8')
  // As if GPT-5 had been cheaper until now.
  await writeFile(
    prices,
    book.replace(/(version: openai\/gpt-5@[^{]*\{ input: )1250000/, '$11000000'),
  )
})
afterAll(() => rm(folder, { recursive: true }))

test('takes over what two sources agree on, once, and leaves the used version as it was', async () => {
  const before = await readFile(prices, 'utf8')
  const args = ['price', 'import', ...SOURCES, '--prices', prices, '--at', '2099-01-01', '--write']
  expect(await dispatch(args)).toBe(0)
  expect(said(stdout)).toContain('accepted: 1 of')
  expect(said(stdout)).toContain('input raised by 25 %: $1 → $1.25')
  const lines: readonly Record<string, unknown>[] = parse(await readFile(prices, 'utf8')).prices
  const old = parse(before).prices.find(({ version }: { version: string }) => version === GPT_5)
  expect(lines.find(({ version }) => version === GPT_5)).toEqual({ ...old, validTo: '2099-01-01' })
  expect(lines.find(({ version }) => version === 'openai/gpt-5@2099-01-01')).toMatchObject({
    validFrom: '2099-01-01',
    meters: { input: 1_250_000, cachedInput: 125_000, output: 10_000_000 },
    source: 'genai-prices and models.dev agree within 2 %, imported for 2099-01-01',
  })

  const written = await readFile(prices, 'utf8')
  expect(await dispatch(args)).toBe(0)
  expect(await readFile(prices, 'utf8')).toBe(written)
})

test.each([
  ['one source alone', SOURCES.slice(0, 2), '--modelsdev'],
  ['a day that is none', [...SOURCES, '--at', 'today'], '--at'],
  ['writing for a day that is billed', [...SOURCES, '--at', '2026-01-01', '--write'], '--at'],
  ['another file', ['--genai', join(FIXTURES, 'tokencost.json'), ...SOURCES.slice(2)], '--genai: '],
  ['a folder of something else', [...SOURCES, '--portkey', FIXTURES], '--portkey: '],
])('import refuses %s', async (_name, args, problem) => {
  expect(await dispatch(['price', 'import', ...args])).toBe(2)
  expect(said(stderr)).toContain(problem)
})

const row = (changes: object): string =>
  `${JSON.stringify({
    posted_ms: Date.parse('2026-11-10'),
    kind: 'settle',
    destination: 'openai',
    model: 'gpt-5',
    cost_pico: '11250000000',
    input_tokens: 1000,
    cached_input_tokens: 0,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    output_tokens: 1000,
    ...changes,
  })}\n`

/** A deployed Demarc's export of a month, with as many entries as the ledger is behind. */
async function withLedger<T>(behind: number, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer((_request, response) => {
    response.writeHead(200, {
      'demarc-ledger-head': String(2 + behind),
      'demarc-ledger-through': '2',
    })
    response.end(
      row({}) + row({ destination: 'workers-ai', model: 'glm-5.2', cost_pico: '5800003000' }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  try {
    return await use(`http://127.0.0.1:${port}`)
  } finally {
    server.close()
  }
}

const whatIf = (url: string, args: readonly string[]): Promise<number> =>
  dispatch(['price', 'what-if', '--period', '2026-11', '--url', url, ...args])

test.each([
  [
    'a raise',
    ['--raise', 'openai=50%'],
    0,
    0,
    /^total +2 +0\.017050003 +0\.022675003 +0\.005625$/m,
  ],
  [
    'our own book',
    ['--book', join(POLICIES_DIRECTORY, 'prices.yaml')],
    0,
    0,
    /^total +2 +0\.017050003 +0\.017050003 +0$/m,
  ],
  ['a ledger that is behind', ['--raise', 'openai=0'], 1, 1, /^total +2 /m],
])('what-if answers for %s', async (_name, args, behind, code, table) => {
  vi.stubEnv('DEMARC_ADMIN_TOKEN', 'a token')
  await withLedger(behind, async (url) => expect(await whatIf(url, args)).toBe(code))
  vi.unstubAllEnvs()
  expect(said(stdout)).toMatch(table)
})

test('what-if moves models by a map, and says what it could not price', async () => {
  vi.stubEnv('DEMARC_ADMIN_TOKEN', 'a token')
  const map = join(folder, 'map.yaml')
  await writeFile(
    map,
    '- { from: workers-ai/*, to: openai/gpt-5 }\n- { from: "*", to: openai/none }\n',
  )
  await withLedger(0, async (url) =>
    expect(await whatIf(url, ['--model-map', map, '--json'])).toBe(1),
  )
  vi.unstubAllEnvs()
  expect(JSON.parse(said(stdout))).toMatchObject([
    { model: 'glm-5.2', recordedPicoUsd: '5800003000', repricedPicoUsd: '11250000000' },
    {
      model: 'gpt-5',
      unrepriced: [{ reason: 'no price there on that day', picoUsd: '11250000000' }],
    },
  ])
})

test.each([
  ['no question', [], '--raise'],
  ['two questions', ['--raise', 'openai=1%', '--book', 'x.yaml'], '--raise'],
  ['a share that is none', ['--raise', 'openai=much'], '--raise'],
])('what-if refuses %s', async (_name, args, problem) => {
  expect(await whatIf('http://127.0.0.1:9', args)).toBe(2)
  expect(said(stderr)).toContain(problem)
})
