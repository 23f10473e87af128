import { expect, test } from 'vitest'
import { repriced, WhatIfSums, type PricedPosting, type WhatIf } from '../../src/ledger/what-if.ts'
import { openBook } from '../../src/pricing/book.ts'
import { price } from '../pricing/price.ts'
import { answered, PRICES } from './books.ts'

const HAIKU = 'anthropic/claude-haiku-4-5@2026-01-01'
const GPT = 'openai/gpt-5.4@2026-01-01'
const OWN = 'vllm/qwen3-30b-a3b@2026-01-01'

const haiku = answered(HAIKU, { input: 1_000, cachedInput: 100, cacheWrite5m: 10, output: 500 })
const tiered = answered(GPT, { input: 300_000, output: 1_000 })
const own = answered(OWN, { input: 1_000, output: 500 })
const accrued: PricedPosting = {
  ...haiku,
  kind: 'expire',
  cost_pico: '900',
  input_tokens: null,
  cached_input_tokens: null,
  cache_write_5m_tokens: null,
  cache_write_1h_tokens: null,
  output_tokens: null,
}

const raise = (...percents: readonly (readonly [string, number])[]): WhatIf => ({
  how: 'raise',
  percentByDestination: new Map(percents),
})
const byBook = (changes: Partial<Extract<WhatIf, { how: 'book' }>> = {}): WhatIf => ({
  how: 'book',
  book: openBook(PRICES),
  placeOf: (place) => place,
  ...changes,
})
const to = (destination: string, model: string): WhatIf =>
  byBook({ placeOf: () => ({ destination, model }) })

test.each([haiku, tiered, own])('costs the same by the book that it was billed by', (posting) =>
  expect(repriced(posting, byBook())).toBe(BigInt(posting.cost_pico)),
)

test.each<[string, PricedPosting, WhatIf, bigint | string]>([
  ['half as much again', haiku, raise(['anthropic', 50]), (BigInt(haiku.cost_pico) * 3n) / 2n],
  ['nothing at all', haiku, raise(['anthropic', -100]), 0n],
  ['the same where another is raised', haiku, raise(['openai', 50]), BigInt(haiku.cost_pico)],
  ['what all others cost', haiku, raise(['openai', 50], ['*', 100]), BigInt(haiku.cost_pico) * 2n],
  ['more, though only its bound is known', accrued, raise(['anthropic', 50]), 1350n],
  ['a whole pico-dollar, rounded up', { ...accrued, cost_pico: '1' }, raise(['*', 1]), 2n],
  ['the same taken back', { ...accrued, cost_pico: '-1' }, raise(['*', 1]), -2n],
  ['what the tokens cost elsewhere', own, to('anthropic', 'claude-haiku-4-5'), 3_500_000_000n],
  [
    'cached tokens as input where nobody sells them cheaper',
    haiku,
    to('workers-ai', 'qwen3-30b-a3b'),
    1_110n * 50_875n + 500n * 335_225n,
  ],
  [
    'the tier that the tokens reach there',
    own,
    to('openai', 'gpt-5.4'),
    1_000n * 2_500_000n + 500n * 15_000_000n,
  ],
  ['nothing on own hardware', tiered, to('vllm', 'qwen3-30b-a3b'), 0n],
  [
    'nothing where nothing was sent',
    { ...accrued, kind: 'void', cost_pico: '0' },
    to('openai', 'gpt-5.4'),
    0n,
  ],
])('%s', (_name, posting, whatIf, cost) => expect(repriced(posting, whatIf)).toBe(cost))

test.each<[string, PricedPosting, WhatIf, string]>([
  ['an offer without a price', haiku, to('openai', 'gpt-9'), 'no price there on that day'],
  [
    'a day before the first price',
    haiku,
    byBook({
      book: openBook([
        price({ destination: 'anthropic', model: 'claude-haiku-4-5', validFrom: '2031-01-01' }),
      ]),
    }),
    'no price there on that day',
  ],
  ['an accrual at the bound', accrued, byBook(), 'no tokens reported'],
  ['what a person booked', { ...haiku, kind: 'adjust' }, byBook(), 'booked by a person'],
])('never guesses: %s', (_name, posting, whatIf, reason) =>
  expect(repriced(posting, whatIf)).toBe(reason),
)

test('sums by model and destination, and keeps apart what it could not reprice', () => {
  const sums = new WhatIfSums(byBook())
  for (const posting of [own, haiku, haiku, accrued, tiered]) sums.push(posting)
  const cost = BigInt(haiku.cost_pico)
  expect(sums.finish()).toEqual([
    expect.objectContaining({ destination: 'openai', postings: 1 }),
    {
      destination: 'anthropic',
      model: 'claude-haiku-4-5',
      postings: 3,
      recordedPicoUsd: 2n * cost,
      repricedPicoUsd: 2n * cost,
      unrepriced: new Map([['no tokens reported', { postings: 1, picoUsd: 900n }]]),
    },
    expect.objectContaining({ destination: 'vllm', repricedPicoUsd: 0n, unrepriced: new Map() }),
  ])
})
