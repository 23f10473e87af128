import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { entryHash } from '../../src/journal/chain.ts'

const PREVIOUS = 'a'.repeat(64)

test.each([
  ['nothing', ''],
  ['ASCII', '{"seq":1}'],
  ['two, three and four bytes a character', 'é€😀'.repeat(10)],
  ['half a character', 'x\ud83d'],
  ['as much as fits into the scratch memory', '€'.repeat(32 * 1024 - 65)],
  ['one character more', '€'.repeat(32 * 1024 - 64)],
  ['much more', 'é'.repeat(300_000)],
  ['little after much', '{"seq":2}'],
])('the hash is SHA-256 of the previous hash, a line feed and the body: %s', (_name, body) => {
  const expected = createHash('sha256').update(`${PREVIOUS}\n${body}`, 'utf8').digest('hex')
  expect(entryHash(PREVIOUS, body)).toBe(expected)
})
