import { describe, expect, test } from 'vitest'
import { readBundle } from '../../scripts/lib/policy-files.ts'
import { classify } from '../../src/classifier/classify.ts'
import { RULES } from '../../src/classifier/levels.ts'
import { FIND_NAMES, tableOf, unknownFinds } from '../../src/classifier/table.ts'
import { LabelTable } from '../../src/domain/label-table.ts'
import { envelope, string } from './texts.ts'

const bundle = await readBundle(`${import.meta.dirname}/../../policies`)
if (!bundle.ok) throw new Error('the default policy does not parse')
const shipped = bundle.value.labels.table
const defaults = tableOf()

const labelled = (texts: readonly string[], written = shipped) =>
  classify(envelope(...texts.map(string)), [], { table: tableOf(written) }).label

const addresses = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `user${index + from}@acme.com`).join(' ')

const table = (findings: readonly unknown[], together: readonly unknown[] = []) =>
  LabelTable.parse({ findings, together })

describe('the table of the default policy', () => {
  test('names nothing that the classifier does not find', () => {
    expect(unknownFinds(shipped)).toEqual([])
  })

  test('says of one find what the classifier says by itself, but for names and ages', () => {
    const ours = tableOf(shipped)
    for (const name of FIND_NAMES) {
      if (name === 'person' || name === 'age') continue
      expect([name, ours.single[name]]).toEqual([name, defaults.single[name]])
    }
    expect(ours.single.person).toEqual({ level: 'internal', categories: [] })
  })

  test.each([
    ['a name', ['Customer: Jane Doe'], 'internal'],
    ['a name and a birth date', ['Customer: Jane Doe', 'date of birth: 03/04/1975'], 'restricted'],
    ['a name and an account', ['Customer: Jane Doe', 'DE89370400440532013000'], 'restricted'],
    [
      'a name and an illness',
      ['Patient: Jane Doe, 54, diagnosed with diabetes, takes metformin 500 mg'],
      'restricted',
    ],
    ['a name and an e-mail address', ['Customer: Jane Doe', 'jane@acme.com'], 'confidential'],
    ['nineteen e-mail addresses', [addresses(19)], 'confidential'],
    ['twenty', [addresses(10), addresses(10, 10)], 'restricted'],
    [
      'twenty times the same',
      [addresses(1).repeat(1), ...Array.from({ length: 25 }, () => 'USER0@acme.com')],
      'confidential',
    ],
  ])('%s', (_name, texts, level) => {
    expect(labelled(texts).level).toBe(level)
  })
})

describe('a table that somebody wrote', () => {
  test('replaces what it names and leaves the rest', () => {
    const written = table([{ find: 'email', level: 'public' }])
    expect(labelled(['jane@acme.com'], written)).toMatchObject({ level: 'public', categories: [] })
    expect(labelled(['card 4111 1111 1111 1111'], written).level).toBe('restricted')
  })

  test('shows in the findings, too', () => {
    const written = tableOf(table([{ find: 'email', level: 'restricted', categories: ['hr'] }]))
    const { findings } = classify(envelope(string('jane@acme.com')), [], { table: written })
    expect(findings).toMatchObject([{ kind: 'email', level: 'restricted', categories: ['hr'] }])
  })

  test('may let what is only possible count', () => {
    const written = table([
      { find: 'us-ssn', confidence: 0.4, level: 'restricted', categories: ['pii'] },
    ])
    expect(labelled(['visit 536 22 1234']).level).toBe('public')
    expect(labelled(['visit 536 22 1234'], written)).toMatchObject({
      level: 'restricted',
      categories: ['pii'],
    })
  })

  test('may ask for more than one, and for certainty', () => {
    const written = table([{ find: 'email', count: 2, confidence: 0.9, level: 'internal' }])
    expect(labelled(['a@acme.com'], written).level).toBe('public')
    expect(labelled(['a@acme.com, b@acme.com'], written).level).toBe('internal')
  })

  test('may name other company', () => {
    const written = table(
      [],
      [{ kind: 'email', with: ['ip'], level: 'restricted', categories: ['hr'] }],
    )
    expect(labelled(['a@acme.com'], written).level).toBe('confidential')
    expect(labelled(['a@acme.com', 'from 81.2.69.142'], written)).toMatchObject({
      level: 'restricted',
      categories: ['hr', 'pii'],
    })
    // Its own list of combinations replaces the classifier's.
    expect(labelled(['Customer: Jane Doe', 'date of birth: 03/04/1975'], written).level).toBe(
      'confidential',
    )
  })

  test.each([
    ['a count of none', { find: 'email', count: 0, level: 'public' }],
    ['a level that is none', { find: 'email', level: 'secret' }],
    ['a category that is none', { find: 'email', level: 'public', categories: ['personal'] }],
    ['a key that is none', { find: 'email', level: 'public', min: 3 }],
    ['certainty beyond 1', { find: 'email', level: 'public', confidence: 50 }],
  ])('is refused with %s', (_name, row) => {
    expect(LabelTable.safeParse({ findings: [row], together: [] }).success).toBe(false)
  })

  test('with something that nobody finds is named', () => {
    expect(unknownFinds(table([{ find: 'e-mail', level: 'public' }]))).toEqual([
      { find: 'e-mail', index: 0 },
    ])
    expect(Object.keys(RULES)).toEqual(FIND_NAMES)
  })
})
