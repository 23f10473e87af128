import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EntryBody, StoredEntry } from '../../src/journal/entry.ts'
import { pack, unpack } from '../../src/journal/outbox.ts'
import { headOf, openEntry } from '../../src/ledger/chain.ts'
import { closing } from '../ledger/arbitrary.ts'
import { chain, refused, reserved, settled } from '../ledger/entries.ts'
import { MemoryJournal, report, request } from './harness.ts'
import { run, steps } from './histories.ts'

const number = fc.nat({ max: 99 })
const anyEntry: fc.Arbitrary<EntryBody> = fc.oneof(
  number.map((at) => reserved(`dec_${at}`)),
  number.map((at) => refused(`dec_${at}`)),
  closing,
)

test('what is packed comes out to the last byte', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 12 }), (bodies) => {
      const entries = chain(bodies)
      expect(unpack(pack({ tenant: 'acme', entries }))).toEqual({ tenant: 'acme', entries })
    }),
  )
})

/** Requests one after the other, each reserved and settled. */
function requests(count: number): StoredEntry[] {
  const journal = new MemoryJournal()
  for (let at = 0; at < count; at++) {
    journal.reserve(request({ attempt: `dec_${at}.1`, boundPicoUsd: '1' }))
    journal.settle(report({ attempt: `dec_${at}.1`, costPicoUsd: '1' }))
  }
  return journal.entries
}

test('entries that end alike cost their common end once', () => {
  const entries = requests(10)
  const facts = request().factsJson.length
  const plain = entries.reduce((sum, { body }) => sum + body.length, 0)
  const packed = pack({ tenant: 'acme', entries }).length - entries.length * 68 // a hash each
  expect(entries).toHaveLength(20)
  expect(plain - packed).toBeGreaterThan(17 * facts)
})

const message = pack({ tenant: 'acme', entries: chain([reserved(), settled('700'), refused()]) })

test('a message of which any character is another, missing or more is none of ours', () => {
  for (let at = 0; at < message.length; at++) {
    const other = message[at] === 'x' ? 'y' : 'x'
    expect(unpack(message.slice(0, at) + other + message.slice(at + 1))).toBeUndefined()
  }
  for (const text of [message.slice(0, -1), `${message}x`, '', '\n', 'text', 7, null]) {
    expect(unpack(text)).toBeUndefined()
  }
})

test('the head of whatever a journal writes is read, and says what opening the entry says', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const journal = new MemoryJournal()
      run(journal, history)
      for (const entry of journal.entries) {
        const opened = openEntry(entry)
        if (!opened.ok) throw new Error('the chain is broken')
        const { seq, kind, decision, atMs } = opened.value
        const attempt = 'attempt' in opened.value ? opened.value.attempt : null
        expect(headOf(entry)).toEqual({ seq, kind, decision, attempt, atMs })
      }
    }),
  )
})

test.each([
  ['another number', '{"seq":2,"kind":"settle","atMs":1,"decision":"d","attempt":"d.1"}'],
  ['a kind nobody knows', '{"seq":1,"kind":"gift","atMs":1,"decision":"d","attempt":"d.1"}'],
  ['another order', '{"kind":"settle","seq":1,"atMs":1,"decision":"d","attempt":"d.1"}'],
  ['an escape', String.raw`{"seq":1,"kind":"settle","atMs":1,"decision":"d\n","attempt":"d.1"}`],
])('a body with %s must be opened', (_, body) => {
  expect(headOf({ seq: 1, body })).toBeUndefined()
})
