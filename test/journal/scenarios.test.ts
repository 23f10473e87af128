import { expect, test } from 'vitest'
import type { Price } from '../../src/domain/catalog.ts'
import type { RequestFacts } from '../../src/domain/request.ts'
import { replay } from '../../src/journal/replay.ts'
import { costMax } from '../../src/pricing/bound.ts'
import { costOf } from '../../src/pricing/cost.ts'
import { MemoryJournal, NOW_MS, refusalOf, report, request, RESETS_AT_MS } from './harness.ts'

/**
 * Ways in which budgets of other gateways have failed, by the number of the report at github.com/BerriAI/litellm, and what
 * happens here instead.
 */

const cap = (limitPicoUsd: string) => [
  { id: 'all', node: 'tenant', limitPicoUsd, resetsAtMs: RESETS_AT_MS },
]
const asked = (attempt: string, boundPicoUsd = '100', limit = '1000') =>
  request({ attempt, boundPicoUsd, caps: cap(limit) })

const balance = (journal: MemoryJournal) => journal.state.balances.get('2026-11 tenant')

test('#34732, #40095: the very first requests are held to the budget, also all at once', () => {
  const journal = new MemoryJournal()
  const outcomes = Array.from({ length: 50 }, (_, at) => journal.reserve(asked(`r${at}`)).do)
  expect(outcomes.filter((outcome) => outcome === 'append')).toHaveLength(10)
})

test('#40020: what was spent is known to whoever takes over', () => {
  const journal = new MemoryJournal()
  journal.reserve(asked('a', '900'))
  journal.settle(report({ attempt: 'a', costPicoUsd: '850' }))
  journal.reserve(asked('b', '120'))
  const next = new MemoryJournal()
  for (const entry of journal.written) replay(next.state, entry)
  expect(balance(next)).toEqual({ posted: 850n, held: 120n })
  expect(refusalOf(next.reserve(asked('c', '31')))).toMatchObject({ status: 'budget_busy' })
  expect(refusalOf(next.reserve(asked('d', '30')))).toBeUndefined()
})

test('#27639: nothing stays held when all has ended, however it ended', () => {
  const journal = new MemoryJournal()
  const endings = [
    report({ attempt: 'a' }),
    report({ attempt: 'b', outcome: 'client-gone', costPicoUsd: null }),
    report({ attempt: 'c', outcome: 'timeout', costPicoUsd: null }),
    report({ attempt: 'd', outcome: 'upstream-error', costPicoUsd: '0' }),
    report({ attempt: 'e', outcome: 'never-sent', costPicoUsd: null }),
  ]
  for (const { attempt } of endings) journal.reserve(asked(attempt, '10'))
  for (const ending of endings) journal.settle(ending)
  journal.reserve(asked('f', '10'))
  journal.expire(NOW_MS + 61_000)
  expect(balance(journal)?.held).toBe(0n)
  expect(journal.state.concurrency.size).toBe(0)
})

test('#27509: a request holds its own bound, and not all that is left', () => {
  const journal = new MemoryJournal()
  journal.reserve(asked('a', '1', '2000'))
  expect(balance(journal)).toEqual({ posted: 0n, held: 1n })
  expect(refusalOf(journal.reserve(asked('b', '1999', '2000')))).toBeUndefined()
})

test('#26845: a bound that does not fit is refused, never cut down to what is left', () => {
  const journal = new MemoryJournal()
  journal.reserve(asked('a', '950'))
  journal.settle(report({ attempt: 'a', costPicoUsd: '950' }))
  expect(refusalOf(journal.reserve(asked('b', '51')))).toMatchObject({
    status: 'budget_exhausted',
    leftPicoUsd: '50',
  })
  expect(balance(journal)?.held).toBe(0n)
})

test('#38647: a new period begins with nothing spent', () => {
  const journal = new MemoryJournal()
  journal.reserve(asked('a', '1000'))
  journal.settle(report({ attempt: 'a', costPicoUsd: '1000' }))
  expect(refusalOf(journal.reserve(asked('b', '1')))).toMatchObject({ status: 'budget_exhausted' })
  const later = { ...asked('c', '1000'), period: '2026-12' }
  expect(refusalOf(journal.reserve(later))).toBeUndefined()
})

test('#40050: what is settled counts once, at its cost, and not a second time as held', () => {
  const journal = new MemoryJournal()
  for (let at = 0; at < 9; at++) {
    journal.reserve(asked(`r${at}`))
    journal.settle(report({ attempt: `r${at}`, costPicoUsd: '100' }))
    journal.settle(report({ attempt: `r${at}`, costPicoUsd: '100' })) // and again
  }
  expect(balance(journal)).toEqual({ posted: 900n, held: 0n })
  expect(refusalOf(journal.reserve(asked('last')))).toBeUndefined()
})

test('#36926: what costs nothing is served on a budget that is spent', () => {
  const journal = new MemoryJournal()
  journal.reserve(asked('a', '1000'))
  journal.settle(report({ attempt: 'a', costPicoUsd: '1000' }))
  expect(refusalOf(journal.reserve(asked('free', '0')))).toBeUndefined()
})

const TIERED: Price = {
  version: 'v1',
  destination: 'gemini',
  model: 'gemini-2.5-pro',
  validFrom: '2026-01-01',
  meters: { input: 1_250_000, output: 10_000_000 },
  tiers: [{ aboveInputTokens: 200_000, meters: { input: 2_500_000, output: 15_000_000 } }],
  source: 'a price list',
}

test('#40002: a long prompt is held and charged at the dearer tier', () => {
  const usage = {
    input: 200_001,
    cachedInput: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: 1_000,
    reasoning: 0,
  }
  const cost = costOf(usage, TIERED)
  expect(cost).toBe(200_001n * 2_500_000n + 1_000n * 15_000_000n)
  const bound = costMax(LONG, 1_000, TIERED, undefined)
  expect(bound).toBeGreaterThanOrEqual(cost)
})

const LONG: RequestFacts = {
  surface: 'openai-chat',
  operation: 'chat',
  model: 'gemini-2.5-pro',
  stream: false,
  wantsUsageChunk: false,
  features: [],
  promptBytes: 200_001,
  templateParts: 1,
  mediaParts: 0,
  outputTokensMax: 1_000,
  choices: 1,
  handling: { stored: false, hostedTools: false, longCache: false, serviceTier: 'default' },
  unknownFields: [],
}
