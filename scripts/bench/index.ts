import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Log, LogLevel, Miniflare } from 'miniflare'
import { startLocal, type Local } from '../lib/local.ts'
import { createKey, putPolicy, readPolicies } from '../lib/seed.ts'
import { measureChunks, type Way } from './chunks.ts'
import { cpuUs, workerdPids } from './cpu.ts'
import { measureLedger } from './ledger.ts'
import { load, type Target, type Timings } from './load.ts'
import { median } from './median.ts'

/** Demarc beside a bare workerd pass-through to the same upstream, under the same load, in one run. */

const CONNECTIONS = 8
/** Many short rounds in turn: what disturbs the machine then falls on both. */
const ROUNDS = 15
/** Long enough for the JIT to have compiled what is hot: a deployed isolate lives for hours. */
const WARM_UP = { whole: 20_000, 'stream with usage': 5_000, stream: 3_000 } as const
const REQUESTS = { whole: 600, 'stream with usage': 300, stream: 300 } as const

const PASS_THROUGH = `export default {
  fetch: (request, env) => fetch(env.UPSTREAM, { method: 'POST', headers: request.headers, body: request.body })
}`

type Subject = { readonly name: string; readonly pid: number; readonly target: Target }
type Kind = keyof typeof REQUESTS

const bodyOf = (kind: Kind): string =>
  JSON.stringify({
    model: 'vllm/qwen3-30b-a3b-2507',
    stream: kind !== 'whole',
    ...(kind === 'stream with usage' ? { stream_options: { include_usage: true } } : {}),
    temperature: 0.2,
    max_tokens: 200,
    messages: [
      { role: 'system', content: 'You answer questions about gardening in two sentences.' },
      { role: 'user', content: TEXT },
    ],
  })

const TEXT = `My tomatoes grow on a balcony that gets sun from noon on. ${'The leaves at the bottom turn yellow while those at the top stay green, and the soil is moist every morning. '.repeat(11)}What should I change?`

const TITLES: Readonly<Record<Kind, string>> = {
  whole: 'Not a stream',
  'stream with usage': 'Stream, usage asked for',
  stream: 'Stream, usage taken out for a client that did not ask',
}

/** Starts something and answers it with the workerd process that came with it. */
async function withPid<T>(start: () => Promise<T>): Promise<{ started: T; pid: number }> {
  const before = workerdPids()
  const started = await start()
  const pid = [...workerdPids()].find((each) => !before.has(each))
  if (pid === undefined) throw new Error('no workerd process was started')
  return { started, pid }
}

async function startBare(upstream: string): Promise<Miniflare> {
  const bare = new Miniflare({
    modules: true,
    script: PASS_THROUGH,
    compatibilityDate: '2026-07-30',
    bindings: { UPSTREAM: `${upstream}/v1/chat/completions` },
    unsafeDirectSockets: [{ host: '127.0.0.1' }],
    log: new Log(LogLevel.ERROR),
  })
  await bare.ready
  return bare
}

async function seed(local: Local): Promise<string> {
  await putPolicy(local.admin, await readPolicies())
  return createKey(local.admin, { team: 'bench', app: 'bench', purpose: 'general' })
}

type Sample = { readonly perS: number; readonly timings: Timings }

async function measure({ target }: Subject, body: string, count: number): Promise<Sample> {
  const timings = await load(target, body, count, CONNECTIONS)
  return { perS: (count * 1000) / timings.elapsedMs, timings }
}

const quantile = (sorted: readonly number[], at: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN

/** The copy of the journal into the ledger runs a second or two behind the requests, and its work counts too. */
const CATCH_UP_MS = 5_000

/** All CPU time of both processes from the first request to the last entry in the ledger, the load in short turns. */
async function compare(bare: Subject, ours: Subject, kind: Kind): Promise<void> {
  const body = bodyOf(kind)
  for (const subject of [bare, ours]) await load(subject.target, body, WARM_UP[kind], CONNECTIONS)
  await setTimeout(CATCH_UP_MS)
  const before = { bare: cpuUs(bare.pid), ours: cpuUs(ours.pid) }
  const pairs: { bare: Sample; ours: Sample }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    pairs.push({
      bare: await measure(bare, body, REQUESTS[kind]),
      ours: await measure(ours, body, REQUESTS[kind]),
    })
  }
  await setTimeout(CATCH_UP_MS)
  const count = ROUNDS * REQUESTS[kind]
  const bareUs = (cpuUs(bare.pid) - before.bare) / count
  const oursUs = (cpuUs(ours.pid) - before.ours) / count
  const of = (pick: (pair: { bare: Sample; ours: Sample }) => number): number =>
    median(pairs.map(pick))
  const added = (pick: (timings: Timings) => readonly number[], at: number): number =>
    of((pair) => quantile(pick(pair.ours.timings), at) - quantile(pick(pair.bare.timings), at))
  const rows: [string, string][] = [
    ['CPU per request, bare', `${bareUs.toFixed(0)} µs`],
    ['CPU per request, Demarc', `${oursUs.toFixed(0)} µs`],
    ['**CPU ratio (bare ÷ Demarc)**', `**${(bareUs / oursUs).toFixed(3)}**`],
    ['throughput, bare', `${of((pair) => pair.bare.perS).toFixed(0)} /s`],
    ['throughput, Demarc', `${of((pair) => pair.ours.perS).toFixed(0)} /s`],
    ['throughput ratio', of((pair) => pair.ours.perS / pair.bare.perS).toFixed(3)],
    ['added p50', `${added(({ wholeMs }) => wholeMs, 0.5).toFixed(2)} ms`],
    ['added p99', `${added(({ wholeMs }) => wholeMs, 0.99).toFixed(2)} ms`],
    ['first byte later by (p50)', `${added(({ firstMs }) => firstMs, 0.5).toFixed(2)} ms`],
  ]
  console.log(`\n### ${TITLES[kind]} (${body.length} byte body)\n`)
  console.log('| | |\n|---|---|')
  for (const [name, value] of rows) console.log(`| ${name} | ${value} |`)
}

const table = (title: string, rows: readonly (readonly string[])[]): void => {
  console.log(`\n### ${title}\n`)
  for (const [at, row] of rows.entries()) {
    console.log(`| ${row.join(' | ')} |`)
    if (at === 0) console.log(`|${'---|'.repeat(row.length)}`)
  }
}

const chat =
  (usage: object) =>
  (tokensMax: number): string =>
    JSON.stringify({
      model: 'vllm/qwen3-30b-a3b-2507',
      stream: true,
      ...usage,
      max_tokens: tokensMax,
      messages: [{ role: 'user', content: TEXT }],
    })

/** A stream the same way, from which usage is taken out, and translated for a client of Anthropic's. */
async function compareChunks(bare: Subject, ours: Subject): Promise<void> {
  const asked = chat({ stream_options: { include_usage: true } })
  const messages = {
    ...ours.target,
    url: ours.target.url.replace('/chat/completions', '/messages'),
  }
  const ways: Way[] = [
    { ...bare, body: asked },
    { ...ours, name: 'same wire, usage asked for', body: asked },
    { ...ours, name: 'same wire, usage taken out', body: chat({}) },
    { ...ours, name: 'translated for an Anthropic client', target: messages, body: chat({}) },
  ]
  const [base, ...rest] = await measureChunks(ways)
  if (base === undefined) return
  table('A chunk of a stream, over the bare pass-through', [
    ['', 'CPU a chunk', 'more than bare', 'first byte later, one request at a time'],
    ['bare', `${base.chunkUs.toFixed(1)} µs`, '', ''],
    ...rest.map(({ name, chunkUs, firstMs }) => [
      name,
      `${chunkUs.toFixed(1)} µs`,
      `${(chunkUs - base.chunkUs).toFixed(1)} µs`,
      `${(firstMs - base.firstMs).toFixed(2)} ms`,
    ]),
  ])
}

async function showLedger(): Promise<void> {
  const { pairsPerS, serialP50Ms, entriesPerS, rowsPerS } = await measureLedger()
  table('Journal and consumer by themselves', [
    ['', ''],
    ['pairs of reserve and settle, 64 at once', `${pairsPerS.toFixed(0)} /s`],
    ['one after the other, p50', `${serialP50Ms.toFixed(2)} ms`],
    ['entries into D1', `${entriesPerS.toFixed(0)} /s`],
    ['rows into D1, with postings', `${rowsPerS.toFixed(0)} /s`],
  ])
}

/** A figure without the ledger behind it would be worth nothing. */
async function confirmLedger(local: Local): Promise<void> {
  const response = await local.admin('GET', '/admin/api/ledger/verify')
  const verdict = await response.text()
  if (!response.ok || !verdict.includes('"holds":true')) {
    throw new Error(`the ledger does not hold: ${verdict}`)
  }
  console.log('\nThe ledger holds every request of this run.')
}

async function main(): Promise<void> {
  const child = fork(join(import.meta.dirname, 'upstream.ts'))
  const [port] = await once(child, 'message')
  const upstream = `http://127.0.0.1:${port}`
  const bare = await withPid(() => startBare(upstream))
  const ours = await withPid(() =>
    startLocal({ destinationUrls: { vllm: `${upstream}/v1` }, direct: true }),
  )
  try {
    const key = await seed(ours.started)
    const path = '/v1/chat/completions'
    const subjects = {
      bare: {
        name: 'bare workerd',
        pid: bare.pid,
        target: { url: `${(await bare.started.unsafeGetDirectURL()).origin}${path}`, headers: {} },
      },
      ours: {
        name: 'Demarc',
        pid: ours.pid,
        target: { url: ours.started.url + path, headers: { authorization: `Bearer ${key}` } },
      },
    }
    for (const kind of ['whole', 'stream with usage', 'stream'] as const)
      await compare(subjects.bare, subjects.ours, kind)
    await compareChunks(subjects.bare, subjects.ours)
    await confirmLedger(ours.started)
  } finally {
    await Promise.all([bare.started.dispose(), ours.started.close()])
    child.disconnect()
  }
  await showLedger()
}

await main()
