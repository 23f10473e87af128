import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readCatalogues } from '../../scripts/commands/price-import.ts'
import { ROOT_DIRECTORY } from '../../scripts/lib/paths.ts'
import { compareOffer, type Question } from '../../scripts/lib/price-compare.ts'
import type { Price } from '../../src/domain/catalog.ts'
import { price } from '../pricing/price.ts'

const FIXTURES = join(ROOT_DIRECTORY, 'test/fixtures/prices')
const small = await readCatalogues({
  genai: join(FIXTURES, 'genai.json'),
  modelsdev: join(FIXTURES, 'modelsdev'),
  portkey: join(FIXTURES, 'portkey'),
  tokencost: join(FIXTURES, 'tokencost.json'),
})

const AT = '2026-08-21'
type Rates = readonly [input: number, output: number, cachedInput?: number]

const metersOf = ([input, output, cachedInput]: Rates): Price['meters'] => ({
  input,
  ...(cachedInput === undefined ? {} : { cachedInput }),
  output,
})

/** An offer, and what the book has for it since June if anything. */
function asked(
  destination: string,
  upstreamModel: string,
  held?: Rates | Partial<Price>,
  changes: Partial<Question> = {},
): Question {
  const said = held === undefined || 'length' in held ? {} : held
  const meters = held !== undefined && 'length' in held ? { meters: metersOf(held) } : {}
  const lines = held === undefined ? [] : [price({ destination, ...meters, ...said })]
  return {
    destination,
    model: 'model',
    upstreamModel,
    isEmbedding: false,
    lines,
    at: AT,
    ...changes,
  }
}

const says = (...words: readonly string[]) =>
  expect.arrayContaining(words.map((each) => expect.stringContaining(each)))

const TIERS = [{ aboveInputTokens: 272_000, meters: metersOf([5_000_000, 22_500_000, 500_000]) }]

test.each([
  [
    'a price that two sources share',
    asked('openai', 'gpt-5'),
    [1_250_000, 10_000_000, 125_000],
    [],
  ],
  [
    'a price without the meter that only a doubtful source has',
    asked('openai', 'gpt-5-pro'),
    [15_000_000, 120_000_000],
    [],
  ],
  [
    'a tier that two sources share',
    asked('openai', 'gpt-5.4'),
    [2_500_000, 15_000_000, 250_000],
    TIERS,
  ],
] as const)('accepts %s', (_name, question, rates, tiers) =>
  expect(compareOffer(question, small)).toMatchObject({
    state: 'accept',
    accepted: { meters: metersOf(rates), tiers },
  }),
)

test.each([
  [
    'is raised',
    asked('openai', 'gpt-5', [1_000_000, 10_000_000, 125_000]),
    'input raised by 25 %: $1 → $1.25',
  ],
  [
    'is lowered',
    asked('openai', 'gpt-5', [1_250_000, 12_500_000, 125_000]),
    'output lowered by 20 %: $12.5 → $10',
  ],
  [
    'is a little more than 2 % off',
    asked('openai', 'gpt-5', [1_275_511, 10_000_000, 125_000]),
    'input lowered by 2 %: $1.275511 → $1.25',
  ],
  [
    'has a meter more',
    asked('openai', 'gpt-5', [1_250_000, 10_000_000]),
    'new meter: cachedInput $0.125',
  ],
  [
    'has a tier more',
    asked('openai', 'gpt-5.4', [2_500_000, 15_000_000, 250_000]),
    'tier changed: input above 272,000 tokens $5',
  ],
  ['is new', asked('openai', 'gpt-5'), 'new: input $1.25, cachedInput $0.125, output $10'],
])('says what changes where a price %s', (_name, question, words) => {
  const verdict = compareOffer(question, small)
  expect(verdict).toMatchObject({ state: 'accept', says: says(words) })
})

test.each([
  ['is what they say', asked('openai', 'gpt-5', [1_250_000, 10_000_000, 125_000])],
  ['is 2 % off', asked('openai', 'gpt-5', [1_275_510, 10_000_000, 125_000])],
  [
    'has a meter more, which nobody denies',
    asked('openai', 'gpt-5-pro', [15_000_000, 120_000_000, 1_500_000]),
  ],
])('lets a price stand that %s', (_name, question) =>
  expect(compareOffer(question, small)).toMatchObject({ state: 'same' }),
)

/** Prices that are known to be wrong somewhere. */
test.each([
  [
    'a unit slip of ten',
    asked('together', 'Qwen/Qwen3.5-397B-A17B'),
    [
      'no two sources agree',
      'models.dev has input $0.6',
      'Portkey has input $6',
      '×10 that of models.dev',
    ],
  ],
  [
    'a unit slip of a thousand',
    asked('together', 'MiniMaxAI/MiniMax-M2.5'),
    ['models.dev has input $0.3', 'Portkey has input $300', '×1000 that of models.dev'],
  ],
  [
    'a slip of about six',
    asked('together', 'Qwen/Qwen3.5-9B'),
    [
      'no two sources agree',
      'models.dev has input $0.17, output $0.25',
      'Portkey has input $1, output $1.5',
    ],
  ],
  [
    'a price that one doubtful source lists',
    asked('workers-ai', '@cf/moonshotai/kimi-k3'),
    ['only one source lists it', 'Portkey has input $30'],
  ],
  [
    'a later price that one source lists as of today',
    asked('gemini', 'gemini-3.6-flash'),
    [
      'no two sources agree',
      'genai-prices has input $0.75',
      'Portkey has input $1.5',
      'from 2027-01-01 genai-prices has input raised by 100 %',
    ],
  ],
  [
    'a stale price by the time of day',
    asked('deepseek', 'deepseek-chat'),
    ['its price stays unknown', 'genai-prices has a price by the time of day'],
  ],
  [
    'the free pass',
    asked('openai', 'default'),
    ['no source lists it: its price stays unknown, and requests are refused'],
  ],
  [
    'two undated lists against a dated one',
    asked('anthropic', 'claude-sonnet-5', [2_000_000, 10_000_000, 200_000], { at: '2026-09-01' }),
    [
      'no two sources agree',
      'genai-prices has input $3',
      'models.dev has input $2',
      'Portkey has input $2',
    ],
  ],
  [
    'a meter that one of two lists',
    asked('anthropic', 'claude-sonnet-5'),
    ['cacheWrite1h: only genai-prices lists $4'],
  ],
  [
    'a change of more than a factor of five',
    asked('openai', 'gpt-5', [125_000, 1_000_000, 12_500]),
    ['input raised by 900 %', "would be ×10 of today's: wrong unit suspected"],
  ],
  [
    'a printed price where neurons are billed',
    asked('workers-ai', '@cf/qwen/qwen3-30b-a3b-fp8'),
    ['printed prices are rounded'],
  ],
  [
    'a price that is not what its neurons make',
    asked('workers-ai', '@cf/qwen/qwen3-30b-a3b-fp8', {
      meters: metersOf([51_000, 335_225]),
      source: 'neurons per million tokens (4,625 in, 30,475 out) x $0.000011',
    }),
    ['is not what its neurons make: $0.050875'],
  ],
  [
    'a price that ends',
    asked('openai', 'gpt-5', {
      meters: metersOf([1_250_000, 10_000_000, 125_000]),
      validTo: '2026-12-01',
    }),
    ['ends on 2026-12-01 and nothing follows'],
  ],
])('asks a person about %s', (_name, question, words) => {
  const verdict = compareOffer(question, small)
  expect(verdict).toMatchObject({ state: 'sign', says: says(...words) })
  expect(verdict.accepted).toBeUndefined()
})

test.each([
  [
    'the printed price beside the exact one',
    asked('workers-ai', '@cf/qwen/qwen3-30b-a3b-fp8', [50_875, 335_225]),
    'same',
    [],
  ],
  [
    'the slip of a doubtful source',
    asked('together', 'Qwen/Qwen3.5-397B-A17B', [600_000, 3_600_000]),
    'same',
    ['×10 that of the book'],
  ],
  [
    'a file that spells the version otherwise',
    asked('together', 'deepseek-ai/DeepSeek-V3.1', [600_000, 1_700_000]),
    'same',
    [],
  ],
  [
    'the dearest of what is disputed',
    asked('gemini', 'gemini-3.6-flash', [1_500_000, 7_500_000, 150_000]),
    'disputed',
    ['genai-prices has input $0.75'],
  ],
  [
    'an offer that nobody lists any more',
    asked('together', 'some/model', [1, 1]),
    'unlisted',
    ['no longer listed'],
  ],
])('keeps the book on %s', (_name, question, state, words) =>
  expect(compareOffer(question, small)).toMatchObject({ state, says: says(...words) }),
)
