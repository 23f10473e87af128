import { get as httpGet } from 'node:http'
import { Log, LogLevel, Miniflare } from 'miniflare'
import { bundleWorker, readCompatibility } from '../lib/bundle.ts'
import { migrate } from '../lib/migrate.ts'
import { median } from './median.ts'

/** What the journal and the consumer manage by themselves, in local workerd. */

const AT_ONCE = 64
const PAIRS = 4_000
const SERIAL_CALLS = 40
const SERIAL_BATCHES = 15
const ENTRIES = 40_000

export type LedgerFigures = {
  readonly pairsPerS: number
  readonly serialP50Ms: number
  readonly entriesPerS: number
  /** Entries and the postings that they make. */
  readonly rowsPerS: number
}

async function start(): Promise<Miniflare> {
  const [script, compatibility] = await Promise.all([
    bundleWorker('scripts/bench/ledger-worker.ts'),
    readCompatibility(),
  ])
  const miniflare = new Miniflare({
    ...compatibility,
    modules: [{ type: 'ESModule', path: 'index.js', contents: script }],
    cf: false,
    unsafeDirectSockets: [{ host: '127.0.0.1' }],
    bindings: { HASH_KEY: 'bench-hash-key-0123456789', JURISDICTION: '' },
    d1Databases: { DB: 'bench' },
    kvNamespaces: { CACHE: 'bench' },
    durableObjects: {
      JOURNAL: { className: 'Journal', useSQLite: true },
      AUTHORITY: { className: 'PolicyAuthority', useSQLite: true },
      BREAKER: { className: 'Breaker', useSQLite: true },
    },
    queueProducers: { OUTBOX: { queueName: 'bench' } },
    queueConsumers: { bench: { maxBatchSize: 20, maxBatchTimeout: 1 } },
    log: new Log(LogLevel.ERROR),
  })
  await miniflare.ready
  const database = await miniflare.getD1Database('DB')
  await migrate(database)
  await database
    .prepare("INSERT INTO tenant (id, policy_hash, key_epoch) VALUES ('bench', 'bench-policy', 1)")
    .run()
  return miniflare
}

/** A connection of its own for each: one that is kept may be closed while a long answer is awaited. */
const get = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    httpGet(url, { agent: false }, (response) => {
      response.resume()
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`${url} answered ${response.statusCode}`))
      })
    }).on('error', reject)
  })

/** Measures in one process of its own. */
export async function measureLedger(): Promise<LedgerFigures> {
  const miniflare = await start()
  try {
    const { origin } = await miniflare.unsafeGetDirectURL()
    const timed = async (path: string): Promise<number> => {
      const startedMs = performance.now()
      await get(origin + path)
      return performance.now() - startedMs
    }
    const inParallel = `/pairs?count=${PAIRS}&at-once=${AT_ONCE}`
    await timed(inParallel) // warms up
    const parallelMs = median([
      await timed(inParallel),
      await timed(inParallel),
      await timed(inParallel),
    ])
    const serialMs: number[] = []
    for (let batch = 0; batch < SERIAL_BATCHES; batch++) {
      serialMs.push((await timed(`/pairs?count=${SERIAL_CALLS}&at-once=1`)) / SERIAL_CALLS)
    }
    const consumeMs: number[] = []
    for (const tenant of ['warm-up', 'first', 'second', 'third']) {
      await timed(`/prepare?tenant=${tenant}&count=${ENTRIES}`)
      const tookMs = await timed('/consume')
      if (tenant !== 'warm-up') consumeMs.push(tookMs)
    }
    const entriesPerS = (ENTRIES * 1000) / median(consumeMs)
    return {
      pairsPerS: (PAIRS * 1000) / parallelMs,
      serialP50Ms: median(serialMs),
      entriesPerS,
      rowsPerS: entriesPerS * 1.5, // every second entry makes a posting
    }
  } finally {
    await miniflare.dispose()
  }
}
