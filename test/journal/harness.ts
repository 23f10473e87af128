import { append } from '../../src/journal/append.ts'
import { expire, settle } from '../../src/journal/close.ts'
import { GENESIS, link, type WrittenEntry } from '../../src/journal/chain.ts'
import { EntryBody, type StoredEntry } from '../../src/journal/entry.ts'
import type { ReserveRefusal, ReserveRequest, SettleRequest } from '../../src/journal/messages.ts'
import { countRequest, reserve, type ReserveOutcome } from '../../src/journal/reserve.ts'
import { emptyState, type JournalState, type Lease } from '../../src/journal/state.ts'

export const NOW_MS = Date.UTC(2026, 10, 24, 12)
export const RESETS_AT_MS = Date.UTC(2026, 11, 1)
export const LEASE: Lease = { policyHash: 'p1', keyEpoch: 1, untilMs: NOW_MS + 30_000 }

const FACTS = {
  team: 'search',
  app: 'bot',
  key: 'k1',
  costCentre: 'cc1',
  purpose: 'support',
  surface: 'openai-chat',
  destination: 'together',
  account: 'default',
  region: 'us',
  legalEntity: 'Together',
  modelRequested: 'auto',
  model: 'glm-5',
  upstreamModel: 'zai-org/GLM-5',
  form: 'raw',
  level: 'public',
  policyHash: 'p1',
  priceVersion: 'v1',
}

export const request = (changes: Partial<ReserveRequest> = {}): ReserveRequest => ({
  attempt: 'dec_1.1',
  decision: 'dec_1',
  number: 1,
  boundPicoUsd: '100',
  expiresAtMs: NOW_MS + 60_000,
  nodes: ['tenant', 'team:search'],
  caps: [{ id: 'all', node: 'tenant', limitPicoUsd: '1000', resetsAtMs: RESETS_AT_MS }],
  period: '2026-11',
  policyHash: 'p1',
  keyEpoch: 1,
  isFresh: false,
  zone: 'third-party',
  isOpenWeights: true,
  isBasicQuality: false,
  key: 'k1',
  limits: { requestsPerMinute: null, tokensPerMinute: null, concurrency: null },
  waitMs: 2_000,
  inputTokens: 10,
  factsJson: JSON.stringify(FACTS),
  receiptJson: null,
  bodyHash: 'h',
  ...changes,
})

export const report = (changes: Partial<SettleRequest> = {}): SettleRequest => ({
  attempt: 'dec_1.1',
  atMs: NOW_MS + 1_000,
  outcome: 'ok',
  costPicoUsd: '40',
  usage: { input: 10, cachedInput: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 3, reasoning: 0 },
  usageSource: 'provider',
  finish: 'stop',
  upstreamStatus: 200,
  upstreamRequestId: 'req_1',
  serviceTier: null,
  modelServed: null,
  ...changes,
})

/** A journal in memory: the production transitions, and the entries that they make. */
export class MemoryJournal {
  readonly state: JournalState = emptyState()
  readonly written: WrittenEntry[] = []

  get entries(): StoredEntry[] {
    return [...link(GENESIS, this.written)]
  }

  reserve(asked: ReserveRequest, nowMs = NOW_MS, lease = LEASE): ReserveOutcome {
    const outcome = reserve(this.state, lease, asked, nowMs)
    if (outcome.do === 'append') {
      this.written.push(append(this.state, outcome.transition))
      countRequest(this.state, asked, nowMs)
    }
    return outcome
  }

  settle(reported: SettleRequest): void {
    for (const transition of settle(this.state, reported)) {
      this.written.push(append(this.state, transition))
    }
  }

  expire(nowMs: number): void {
    for (const transition of expire(this.state, nowMs)) {
      this.written.push(append(this.state, transition))
    }
  }

  bodies(): EntryBody[] {
    return this.entries.map(({ body }) => EntryBody.parse(JSON.parse(body)))
  }
}

export const refusalOf = (outcome: ReserveOutcome): ReserveRefusal | undefined =>
  outcome.do === 'refuse' ? outcome.refusal : undefined
