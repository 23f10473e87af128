import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scanJson, type JsonDocument } from '../../src/encoding/json-scan.ts'
import { memberPatches, splice, type MemberChange, type Patch } from '../../src/encoding/splice.ts'

function scan(text: string): JsonDocument {
  const result = scanJson(text)
  if (!result.ok) throw new Error(result.error.problem)
  return result.value
}

const edit = (text: string, changes: readonly MemberChange[]): string =>
  splice(text, memberPatches(scan(text), changes))

const set = (key: string, value: string): MemberChange => ({ op: 'set', key, value })
const remove = (key: string): MemberChange => ({ op: 'remove', key })
const rename = (from: string, to: string): MemberChange => ({ op: 'rename', from, to })

describe('editing the members of an object', () => {
  test.each<[string, string, MemberChange[], string]>([
    ['changes nothing without changes', ' {"a" : 1} ', [], ' {"a" : 1} '],
    [
      'replaces a value and touches nothing else',
      '{ "a" : 1.0, "b":2e3 }',
      [set('a', '"x"')],
      '{ "a" : "x", "b":2e3 }',
    ],
    ['adds to an empty object', '{ }', [set('a', '1'), set('b', '2')], '{"a":1,"b":2 }'],
    ['adds after the last member', '{"a":1 }', [set('b', '2')], '{"a":1,"b":2 }'],
    ['removes the first', '{"a":1, "b":2}', [remove('a')], '{"b":2}'],
    ['removes the last', '{"a":1, "b":2}', [remove('b')], '{"a":1}'],
    ['removes the middle', '{"a":1, "b":2 ,"c":3}', [remove('b')], '{"a":1 ,"c":3}'],
    ['removes all', '{"a":1, "b":2}', [remove('b'), remove('a')], '{}'],
    [
      'removes all and adds one',
      '{ "a":1, "b":2 }',
      [remove('a'), remove('b'), set('c', '3')],
      '{ "c":3 }',
    ],
    [
      'removes the last and adds one',
      '{"a":1, "b":2}',
      [remove('b'), set('c', '3')],
      '{"a":1,"c":3}',
    ],
    ['replaces the last and adds one', '{"a":1}', [set('a', '2'), set('c', '3')], '{"a":2,"c":3}'],
    ['renames and leaves the value as written', '{"a" : 1.50}', [rename('a', 'b')], '{"b" : 1.50}'],
    ['renames over a member of that name', '{"b":2,"a":1}', [rename('a', 'b')], '{"b":1}'],
    ['renames nothing if it is not there', '{"b":2}', [rename('a', 'b')], '{"b":2}'],
    ['finds a key that is written with escapes', '{"\\u0061":1}', [set('a', '2')], '{"\\u0061":2}'],
    [
      'touches no member of an inner object',
      '{"m":{"a":1}}',
      [remove('a'), set('b', '1')],
      '{"m":{"a":1},"b":1}',
    ],
    ['keeps a key that is not an identifier', '{}', [set('"\\', '1')], '{"\\"\\\\":1}'],
  ])('%s', (_name, text, changes, expected) => expect(edit(text, changes)).toBe(expected))

  test('does to the text what the same edits do to the parsed value', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__', 'ü"')
    const value = fc.jsonValue({ maxDepth: 2 })
    const change: fc.Arbitrary<MemberChange> = fc.oneof(
      fc.record({
        op: fc.constant('set' as const),
        key,
        value: value.map((each) => JSON.stringify(each)),
      }),
      fc.record({ op: fc.constant('remove' as const), key }),
      fc.record({ op: fc.constant('rename' as const), from: key, to: key }),
    )
    const spacing = fc.constantFrom(undefined, 1, 2)
    const members = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name })
    fc.assert(
      fc.property(
        members,
        fc.array(change, { maxLength: 6 }),
        spacing,
        (entries, changes, indent) => {
          const model = new Map(entries.map(([name, each]) => [name, JSON.stringify(each)]))
          const body = JSON.stringify(Object.fromEntries(entries), undefined, indent)
          for (const each of changes) applyToModel(model, each)
          const edited = scan(edit(body, changes))
          const expected = [...model].map(([name, each]) => `${JSON.stringify(name)}:${each}`)
          expect(sorted(JSON.parse(edited.text))).toEqual(
            sorted(JSON.parse(`{${expected.join(',')}}`)),
          )
        },
      ),
      { numRuns: 1000 },
    )
  })
})

const sorted = (value: object) => Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))

function applyToModel(model: Map<string, string>, change: MemberChange): void {
  if (change.op === 'set') model.set(change.key, change.value)
  else if (change.op === 'remove') model.delete(change.key)
  else {
    const value = model.get(change.from)
    if (value === undefined || change.from === change.to) return
    model.delete(change.from)
    model.set(change.to, value)
  }
}

describe('splicing', () => {
  test.each<[string, Patch[], string]>([
    [
      'replaces, inserts and deletes at once',
      [
        { start: 3, end: 4, text: '' },
        { start: 0, end: 1, text: 'xx' },
        { start: 2, end: 2, text: '-' },
      ],
      'xxb-ce',
    ],
    [
      'inserts before what is replaced at the same place',
      [
        { start: 1, end: 2, text: 'B' },
        { start: 1, end: 1, text: '<' },
      ],
      'a<Bcde',
    ],
    [
      'drops a patch inside a larger one',
      [
        { start: 2, end: 3, text: 'x' },
        { start: 1, end: 4, text: '' },
      ],
      'ae',
    ],
    [
      'drops an insertion inside a larger one',
      [
        { start: 2, end: 2, text: 'x' },
        { start: 1, end: 4, text: '-' },
      ],
      'a-e',
    ],
    [
      'takes the first of two with the same span',
      [
        { start: 1, end: 2, text: 'x' },
        { start: 1, end: 2, text: 'y' },
      ],
      'axcde',
    ],
  ])('%s', (_name, patches, expected) => expect(splice('abcde', patches)).toBe(expected))

  test('throws on spans that overlap', () => {
    expect(() =>
      splice('abcde', [
        { start: 0, end: 3, text: '' },
        { start: 2, end: 4, text: '' },
      ]),
    ).toThrow(RangeError)
  })
})
