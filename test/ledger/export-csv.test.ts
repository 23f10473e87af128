import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvHeader, csvRows } from '../../src/ledger/export-csv.ts'
import { postingOf, type Posting } from '../../src/ledger/postings.ts'
import { settled } from './entries.ts'

const base = postingOf(settled('1'), { hash: 'c'.repeat(64) })
if (base === undefined) throw new Error('a settlement posts')
const row = (changes: Partial<Posting>): Posting => ({ ...base, ...changes })

/** RFC 4180, as a spreadsheet reads it. */
function readCsv(text: string): string[][] {
  const lines: string[][] = [[]]
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare ?? '')
    if (end !== ',') lines.push([])
  }
  return lines.slice(0, -1)
}

function readRow(posting: Posting): Map<string, string> {
  const [header, ...rows] = readCsv(csvHeader() + csvRows([posting]))
  expect(rows).toHaveLength(1)
  expect(rows[0]).toHaveLength(header?.length ?? 0)
  return new Map(header?.map((name, at) => [name, rows[0]?.[at] ?? '']))
}

test('whatever the text is, it reads back, and no cell starts a formula', () => {
  const text = fc.string({
    unit: fc.constantFrom(...'= + - @ \t \r \n " , ; \' a ü €'.split(' '), ' '),
  })
  fc.assert(
    fc.property(text, text, (team, legal) => {
      const read = readRow(row({ team, legal_entity: legal }))
      for (const [name, given] of [
        ['team', team],
        ['legal_entity', legal],
      ] as const) {
        const cell = read.get(name) ?? ''
        expect(cell).not.toMatch(/^[=+\-@\t\r\n]/)
        expect(/^[=+\-@\t\r\n]/.test(given) ? cell.slice(1) : cell).toBe(given)
      }
    }),
  )
})

test.each([
  ['-1500000000', '-0.0015'],
  ['1', '0.000000000001'],
  ['9007199254740993000001', '9007199254.740993000001'],
  ['0', '0'],
])('a cost of %s pico-dollars is written exactly', (cost_pico, usd) => {
  const read = readRow(row({ cost_pico }))
  expect([read.get('cost_pico_usd'), read.get('cost_usd')]).toEqual([cost_pico, usd])
})

test('an unknown figure is empty, not 0', () => {
  const read = readRow(row({ input_tokens: null, output_tokens: 0 }))
  expect([read.get('input_tokens'), read.get('output_tokens')]).toEqual(['', '0'])
})

test('time is UTC, and every column of the posting is there', () => {
  const read = readRow(row({}))
  expect(read.get('posted_at')).toBe('2026-11-24T12:00:00.000Z')
  expect(read.size).toBe(Object.keys(base).length + 1) // cost_usd is added
})
