import { generateKeyPairSync, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  inclusionProof,
  leafHash,
  nodeHash,
  treeRoot,
  type Subtrees,
} from '../../src/encoding/merkle.ts'
import {
  checkpointText,
  formatNote,
  formatVerifierKey,
  openCheckpoint,
  openNote,
  parseVerifierKey,
} from '../../src/encoding/signed-note.ts'
import { formatProof, parseProof, verifyProof } from '../../src/encoding/tlog-proof.ts'

const NAME = 'demarc.example/journal/default'
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const RAW = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))
const KEY = parseVerifierKey(formatVerifierKey(NAME, RAW))

const leaves = ['a', 'b', 'c', 'd', 'e'].map((text) => leafHash(Buffer.from(text)))
const log: Subtrees = (level, index) =>
  level === 0
    ? (leaves[index] ?? new Uint8Array())
    : nodeHash(log(level - 1, 2 * index), log(level - 1, 2 * index + 1))

function noteOf(size: number): string {
  const text = checkpointText({ origin: NAME, size, root: treeRoot(size, log) })
  return formatNote(text, NAME, RAW, sign(null, Buffer.from(text), privateKey))
}

const keys = KEY === undefined ? [] : [KEY]
const PROOF = formatProof({ index: 3, hashes: inclusionProof(3, 5, log), checkpoint: noteOf(5) })

/** From the documentation of golang.org/x/mod/sumdb/note: a key and a note that it signed. */
const GO_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const GO_NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

test('a note that another implementation signed is opened, and not if a word of it is changed', () => {
  const key = parseVerifierKey(GO_KEY)
  const known = key === undefined ? [] : [key]
  const text = GO_NOTE.slice(0, GO_NOTE.indexOf('\n\n') + 1)
  expect(openNote(GO_NOTE, known)).toEqual({ ok: true, value: text })
  expect(openNote(GO_NOTE.replace('answer', 'question'), known).ok).toBe(false)
  expect(openNote(GO_NOTE, keys).ok).toBe(false)
  expect(openCheckpoint(GO_NOTE, known)).toEqual({
    ok: false,
    error: 'the checkpoint is malformed',
  })
  expect(parseVerifierKey(GO_KEY.replace('c74f20a3', 'c74f20a4'))).toBeUndefined()
})

test('a proof is read as it was written, and leads to its checkpoint', () => {
  const proof = parseProof(PROOF)
  if (proof === undefined) throw new Error('not parsed')
  expect(formatProof(proof)).toBe(PROOF)
  const leaf = leaves[3] ?? new Uint8Array()
  const verified = verifyProof(leaf, proof, keys)
  expect(verified).toMatchObject({ ok: true, value: { origin: NAME, size: 5 } })
})

test.each<[string, (proof: string) => string, string]>([
  ['another index', (text) => text.replace('index 3', 'index 2'), 'does not lead'],
  ['a smaller tree', (text) => text.replace(`${NAME}\n5\n`, `${NAME}\n4\n`), 'no known key'],
  ['another origin', (text) => text.replace(`${NAME}\n5`, `${NAME}x\n5`), 'no known key'],
  ['no signature', (text) => text.replace(/— .*\n/u, ''), 'no known key'],
  [
    'a signature of something else',
    (text) => text.slice(0, text.indexOf('\n\n') + 2) + noteOf(4),
    'does not lead',
  ],
])('%s is no proof', (_name, change, problem) => {
  const proof = parseProof(change(PROOF))
  if (proof === undefined) throw new Error('not parsed')
  const verified = verifyProof(leaves[3] ?? new Uint8Array(), proof, keys)
  expect(verified).toMatchObject({ ok: false, error: expect.stringContaining(problem) })
})

test.each([
  '',
  'c2sp.org/tlog-proof@v1\nindex 3',
  PROOF.replace('@v1', '@v2'),
  PROOF.replace('index 3', 'index 03'),
  PROOF.replace(/\n[^\n]{44}\n/, '\nAAAA\n'),
])('what is no proof is not read as one (%#)', (text) => {
  expect(parseProof(text)).toBeUndefined()
})
