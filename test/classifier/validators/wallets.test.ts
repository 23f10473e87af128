import { expect, test } from 'vitest'
import { base58CheckVersion, RIPPLE_ALPHABET } from '../../../src/classifier/validators/base58.ts'
import { isBech32 } from '../../../src/classifier/validators/bech32.ts'
import { keccak256 } from '../../../src/classifier/validators/keccak.ts'

test.each([
  ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 0],
  ['3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy', 5],
  ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb', undefined],
  ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN0', undefined],
  ['', undefined],
])('the version of %j in base58check is %s', (text, version) => {
  expect(base58CheckVersion(text)).toBe(version)
})

test('another ledger has another order of the same characters', () => {
  expect(base58CheckVersion('rN7n7otQDd6FczFgLdSqtcsAUxDkw6fzRH', RIPPLE_ALPHABET)).toBe(0)
  expect(base58CheckVersion('rN7n7otQDd6FczFgLdSqtcsAUxDkw6fzRH')).toBeUndefined()
})

// BIP 173 and BIP 350, test vectors.
test.each([
  ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', true],
  ['bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0', true],
  ['a12uel5l', true],
  ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5', false],
  ['bc1b', false],
  ['1qzzfhee', false],
])('%s is bech32: %s', (text, expected) => {
  expect(isBech32(text)).toBe(expected)
})

test.each([
  ['', 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'],
  ['abc', '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
])('Keccak-256 of %j', (text, expected) => {
  expect(keccak256(text)).toBe(expected)
})
