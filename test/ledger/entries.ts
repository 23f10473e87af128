import {
  GENESIS_HASH,
  type CloseEntry,
  type EntryBody,
  type StoredEntry,
} from '../../src/journal/entry.ts'
import { entryHash } from '../../src/journal/chain.ts'

const FACTS: CloseEntry['facts'] = {
  team: 'search',
  app: 'assistant',
  key: 'k3j9x0a1b2c4',
  costCentre: 'cc-4711',
  purpose: 'support',
  surface: 'openai-chat',
  destination: 'fireworks',
  account: 'acme-main',
  region: 'us',
  legalEntity: 'Fireworks AI, Inc.',
  modelRequested: 'auto',
  model: 'glm-5.2',
  upstreamModel: 'accounts/fireworks/models/glm-5p2',
  form: 'raw',
  level: 'public',
  policyHash: 'a'.repeat(64),
  priceVersion: 'fireworks-2026-11-01',
}

/** A settled attempt; `seq` is filled in by `chain`. */
export const settled = (costPicoUsd: string, changes: Partial<CloseEntry> = {}): CloseEntry => ({
  kind: 'settle',
  seq: 1,
  atMs: Date.UTC(2026, 10, 24, 12),
  decision: 'dec_1',
  attempt: 'dec_1.1',
  facts: FACTS,
  reserveSeq: 1,
  nodes: ['tenant', 'team:search'],
  period: '2026-11',
  costPicoUsd,
  outcome: 'ok',
  usage: {
    input: 1200,
    cachedInput: 300,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: 80,
    reasoning: 20,
  },
  usageSource: 'provider',
  finish: 'stop',
  upstreamStatus: 200,
  upstreamRequestId: 'req-1',
  serviceTier: null,
  modelServed: null,
  ...changes,
})

export const reserved = (decision = 'dec_1'): EntryBody => ({
  kind: 'reserve',
  seq: 1,
  atMs: Date.UTC(2026, 10, 24, 12),
  decision,
  attempt: `${decision}.1`,
  facts: FACTS,
  number: 1,
  heldPicoUsd: '5000000',
  expiresAtMs: Date.UTC(2026, 10, 24, 13),
  nodes: ['tenant', 'team:search'],
  period: '2026-11',
  bodyHash: 'b'.repeat(64),
})

export const refused = (decision = 'dec_9'): EntryBody => ({
  kind: 'refuse',
  seq: 1,
  atMs: Date.UTC(2026, 10, 24, 12),
  decision,
  team: 'search',
  app: 'assistant',
  key: 'k3j9x0a1b2c4',
  surface: 'openai-chat',
  code: 'policy_forbids',
  rule: 'restricted-stays-home',
})

/** Numbers and links bodies as the journal does, after an entry or from the start. */
export function chain(bodies: readonly EntryBody[], after?: StoredEntry): StoredEntry[] {
  const entries: StoredEntry[] = []
  for (const body of bodies) {
    const last = entries.at(-1) ?? after
    const seq = (last?.seq ?? 0) + 1
    const prevHash = last?.hash ?? GENESIS_HASH
    const text = JSON.stringify({ ...body, seq })
    entries.push({ seq, prevHash, hash: entryHash(prevHash, text), body: text })
  }
  return entries
}
