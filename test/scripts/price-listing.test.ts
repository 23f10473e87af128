import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT_DIRECTORY } from '../../scripts/lib/paths.ts'
import { microUsd, priceOf, ratesOf } from '../../scripts/lib/price-listing.ts'
import { readPortkey, readTokencost } from '../../scripts/lib/price-per-token.ts'

test.each([
  ['dollars per million', 1.25, 1e6, 1_250_000],
  ['cents per token', 0.000125, 1e10, 1_250_000],
  ['dollars per token, with the noise of a float', 0.1 * 3e-6, 1e12, 300_000],
  ['a cheap cache read', 0.0028, 1e6, 2_800],
  ['nothing of a price of 0', 0, 1e6, undefined],
  ['nothing of a price below 0', -1, 1e6, undefined],
  ['nothing finer than a micro-dollar', 1e-7, 1e6, undefined],
  ['nothing that a micro-dollar would round', 1.25e-6, 1e6, undefined],
  ['nothing of text', '1.25', 1e6, undefined],
  ['nothing of no number', Number.NaN, 1e6, undefined],
])('reads %s', (_name, amount, scale, microUsdPerMTok) =>
  expect(microUsd(amount, scale)).toBe(microUsdPerMTok),
)

test('turns a price with tiers into rates and back', () => {
  const price = {
    meters: { input: 1, cachedInput: 2, output: 3 },
    tiers: [{ aboveInputTokens: 200_000, meters: { input: 4, cacheWrite1h: 5, output: 6 } }],
  }
  expect(priceOf(ratesOf(price))).toEqual(price)
})

test.each([
  ['no output', new Map([['input', 1]])],
  [
    'a tier of one meter',
    new Map([
      ['input', 1],
      ['output', 2],
      ['input>1000', 3],
    ]),
  ],
])('is no price with %s', (_name, rates) => expect(priceOf(rates)).toBeUndefined())

const json = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(join(ROOT_DIRECTORY, 'test/fixtures/prices', name), 'utf8'))

test('Portkey: a default model is nobody, and a price of 0 is none', () => {
  const portkey = readPortkey(
    new Map([
      [
        'openai.json',
        {
          default: priced(1, 1),
          free: priced(0, 0),
        },
      ],
    ]),
  )
  expect(portkey.find('openai', 'default')).toBeUndefined()
  expect(portkey.find('openai', 'some/default')).toBeUndefined()
  expect(portkey.find('openai', 'constructor')).toBeUndefined()
  expect(portkey.find('openai', 'free')).toMatchObject({ spans: [], problem: expect.any(String) })
})

function priced(request: number, response: number): object {
  const prices = { request_token: { price: request }, response_token: { price: response } }
  return { pricing_config: { pay_as_you_go: prices } }
}

test('tokencost: tiers come from its keys, batch prices are left', async () => {
  const tokencost = readTokencost(await json('tokencost.json'))
  const rates = (destination: string, model: string) =>
    Object.fromEntries(tokencost.find(destination, model)?.spans[0]?.rates ?? [])
  expect(rates('gemini', 'gemini-2.5-pro')).toEqual({
    input: 1_250_000,
    output: 10_000_000,
    'input>200000': 2_500_000,
    'output>200000': 15_000_000,
  })
  expect(rates('openai', 'gpt-5')).toEqual({
    input: 1_250_000,
    output: 10_000_000,
    cachedInput: 125_000,
  })
})
