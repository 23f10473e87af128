import { expect, test } from 'vitest'
import { seeded } from '../../scripts/simulate/random.ts'
import { costOf } from '../../src/pricing/cost.ts'
import { MemoryJournal, NOW_MS, report, request, RESETS_AT_MS } from './harness.ts'

/**
 * Ten coding agents on one budget: turns of 600 KB of which 95 % are cached, answers limited to 32,000 tokens and about 1,000 long.
 * The bound of a turn takes a token for each byte, so it is some thirty times what the turn costs.
 */
const PRICE = {
  version: 'v1',
  destination: 'anthropic',
  model: 'claude-sonnet-4-5',
  validFrom: '2026-01-01',
  meters: { input: 3_000_000, cachedInput: 300_000, output: 15_000_000 },
  tiers: [],
  source: 'a price list',
}
const USD = 1_000_000_000_000n
const BUDGET = 20n * USD
const PROMPT_BYTES = 600_000
const OUTPUT_LIMIT = 32_000
const BOUND = BigInt(PROMPT_BYTES) * 3_000_000n + BigInt(OUTPUT_LIMIT) * 15_000_000n
const TOKENS = PROMPT_BYTES / 4
const SESSIONS = 10
const WAIT_MS = 2_000

const caps = [
  { id: 'agents', node: 'tenant', limitPicoUsd: String(BUDGET), resetsAtMs: RESETS_AT_MS },
]

/** What happened to one try of a turn. */
type Try = { readonly status: string; readonly posted: bigint }

test('ten agents share a budget until less than one bound is left of it, and only then are refused for good', () => {
  const random = seeded(10)
  const journal = new MemoryJournal()
  const posted = (): bigint => journal.state.balances.get('2026-11 tenant')?.posted ?? 0n
  const tries: Try[] = []
  const turns = Array.from({ length: SESSIONS }, () => 0)
  /** When each session does something next, and the turn that it ends then. */
  const next = turns.map((_, at) => ({ atMs: NOW_MS + at, session: at, running: '' }))
  let ended = 0
  while (ended < SESSIONS) {
    const now = next.toSorted((a, b) => a.atMs - b.atMs)[0]
    if (now === undefined || now.atMs === Infinity) break
    if (now.running !== '') {
      const output = 500 + Math.floor(random() * 1_000)
      const usage = {
        input: TOKENS * 0.05,
        cachedInput: TOKENS * 0.95,
        cacheWrite5m: 0,
        cacheWrite1h: 0,
        output,
        reasoning: 0,
      }
      journal.settle(
        report({ attempt: now.running, usage, costPicoUsd: String(costOf(usage, PRICE)) }),
      )
      turns[now.session] = (turns[now.session] ?? 0) + 1
      now.running = ''
      now.atMs += 1_000
      continue
    }
    const attempt = `s${now.session}.${tries.length}`
    const outcome = journal.reserve(request({ attempt, boundPicoUsd: String(BOUND), caps }))
    const status = outcome.do === 'refuse' ? outcome.refusal.status : 'reserved'
    tries.push({ status, posted: posted() })
    if (status === 'reserved') {
      now.running = attempt
      now.atMs += 5_000 + Math.floor(random() * 20_000)
    } else if (status === 'budget_busy') now.atMs += WAIT_MS
    else {
      now.atMs = Infinity
      ended++
    }
  }
  const refused = tries.filter(({ status }) => status === 'budget_exhausted')
  expect(refused).toHaveLength(SESSIONS)
  for (const { posted: then } of refused) expect(BUDGET - then).toBeLessThan(BOUND)
  expect(posted()).toBeLessThanOrEqual(BUDGET)
  // What is left unused is less than one bound: 2.28 of 20 dollars.
  expect(BUDGET - posted()).toBeLessThan(BOUND)
  expect(Math.min(...turns)).toBeGreaterThan(10)
  // Eight bounds fit at once, so two of ten agents wait at any time: nobody starves.
  expect(Math.max(...turns) - Math.min(...turns)).toBeLessThan(Math.max(...turns) / 2)
})
