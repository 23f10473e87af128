import { append } from '../../src/journal/append.ts'
import { settle } from '../../src/journal/close.ts'
import { GENESIS, link, type WrittenEntry } from '../../src/journal/chain.ts'
import type { CommitRequest, ReserveRequest, SettleRequest } from '../../src/journal/messages.ts'
import { pack } from '../../src/journal/outbox.ts'
import { reserve } from '../../src/journal/reserve.ts'
import { emptyState } from '../../src/journal/state.ts'
import { consumeOutbox } from '../../src/worker/consumers/outbox.ts'
import { journalOf, type Env } from '../../src/worker/env.ts'

export { PolicyAuthority } from '../../src/worker/objects/authority.ts'
export { Breaker } from '../../src/worker/objects/breaker.ts'
export { Journal } from '../../src/worker/objects/journal.ts'

/** A Worker that does nothing but book: pairs into a journal, messages into D1. */

const POLICY = 'bench-policy'
const PATH = ['tenant', 'team:search', 'app:assistant', 'key:k3j9x0a1b2c4']
const LIMIT_PICO_USD = '1000000000000000'
const FACTS = JSON.stringify({
  team: 'search',
  app: 'assistant',
  key: 'k3j9x0a1b2c4',
  costCentre: '4711',
  purpose: 'general',
  surface: 'openai-chat',
  destination: 'vllm',
  account: 'default',
  region: 'eu',
  legalEntity: 'Acme GmbH',
  modelRequested: 'auto',
  model: 'qwen3-30b-a3b-2507',
  upstreamModel: 'Qwen/Qwen3-30B-A3B-Instruct-2507',
  form: 'raw',
  level: 'public',
  policyHash: POLICY,
  priceVersion: 'vllm/qwen3-30b-a3b-2507@2026-11-01',
})
/** As long as the receipt of a plan with eight attempts. */
const RECEIPT = JSON.stringify({ label: { level: 'public' }, pad: 'x'.repeat(1200) })

const reservation = (id: string, nowMs: number): ReserveRequest => ({
  attempt: `${id}.1`,
  decision: id,
  number: 1,
  boundPicoUsd: '1000',
  expiresAtMs: nowMs + 600_000,
  nodes: PATH,
  caps: [{ id: 'all', node: 'tenant', limitPicoUsd: LIMIT_PICO_USD, resetsAtMs: nowMs + 1e9 }],
  period: '2026-11',
  policyHash: POLICY,
  keyEpoch: 1,
  isFresh: false,
  zone: 'own',
  isOpenWeights: true,
  isBasicQuality: false,
  key: 'k3j9x0a1b2c4',
  limits: { requestsPerMinute: null, tokensPerMinute: null, concurrency: null },
  waitMs: 0,
  inputTokens: 400,
  factsJson: FACTS,
  receiptJson: RECEIPT,
  bodyHash: 'b'.repeat(64),
})

const report = (id: string, nowMs: number): SettleRequest => ({
  attempt: `${id}.1`,
  atMs: nowMs,
  outcome: 'ok',
  costPicoUsd: '400',
  usage: { input: 400, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 24, reasoning: 0 },
  usageSource: 'provider',
  finish: 'stop',
  upstreamStatus: 200,
  upstreamRequestId: 'chatcmpl-bench',
  serviceTier: null,
  modelServed: null,
})

let last = 0

/** Reserves, each call with the settlement of the one before, as requests do. */
async function pairs(env: Env, count: number, atOnce: number): Promise<number> {
  const journal = journalOf(env, 'bench')
  let left = count
  const client = async (): Promise<void> => {
    let before: SettleRequest[] = []
    while (left-- > 0) {
      const nowMs = Date.now()
      const id = `dec_${String(last++).padStart(41, '0')}`
      const call: CommitRequest = {
        settlements: before,
        refusals: [],
        reserve: reservation(id, nowMs),
      }
      const reply = await journal.commit(call)
      if (reply.status !== 'reserved') throw new Error(`not reserved: ${reply.status}`)
      before = [report(id, nowMs)]
    }
    await journal.commit({ settlements: before, refusals: [], reserve: null })
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  return count
}

const ENTRIES_A_MESSAGE = 100
let messages: string[] = []

/** Entries of a journal of its own, packed as the outbox would. */
function prepare(tenant: string, count: number): number {
  const state = emptyState()
  const written: WrittenEntry[] = []
  const nowMs = Date.now()
  const lease = { policyHash: POLICY, keyEpoch: 1, untilMs: nowMs + 60_000 }
  for (let at = 0; written.length < count; at++) {
    const id = `dec_${String(at).padStart(41, '0')}`
    const outcome = reserve(state, lease, reservation(id, nowMs), nowMs)
    if (outcome.do !== 'append') throw new Error('not reserved')
    written.push(append(state, outcome.transition))
    for (const transition of settle(state, report(id, nowMs)))
      written.push(append(state, transition))
  }
  const entries = [...link(GENESIS, written)]
  messages = []
  for (let at = 0; at < entries.length; at += ENTRIES_A_MESSAGE) {
    messages.push(pack({ tenant, entries: entries.slice(at, at + ENTRIES_A_MESSAGE) }))
  }
  return entries.length
}

const MESSAGES_A_BATCH = 20

const retry = (): void => {
  throw new Error('a message was not taken')
}

async function consume(env: Env): Promise<number> {
  let taken = 0
  const ack = (): void => {
    taken++
  }
  for (let at = 0; at < messages.length; at += MESSAGES_A_BATCH) {
    const batch = messages.slice(at, at + MESSAGES_A_BATCH).map((body, index) => ({
      id: `m${at + index}`,
      timestamp: new Date(0),
      attempts: 1,
      body,
      ack,
      retry,
    }))
    const metadata = { metrics: { backlogCount: 0, backlogBytes: 0 } }
    await consumeOutbox(
      { queue: 'bench', messages: batch, metadata, ackAll: ack, retryAll: retry },
      env,
    )
  }
  return taken
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    const count = Number(searchParams.get('count'))
    switch (pathname) {
      case '/pairs':
        return Response.json(await pairs(env, count, Number(searchParams.get('at-once'))))
      case '/prepare':
        return Response.json(prepare(searchParams.get('tenant') ?? '', count))
      case '/consume':
        return Response.json(await consume(env))
      default:
        return new Response('not found', { status: 404 })
    }
  },
  queue: consumeOutbox,
}
