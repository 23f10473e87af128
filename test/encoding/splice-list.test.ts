import fc from 'fast-check'
import { expect, test } from 'vitest'
import { member } from '../../src/encoding/json-document.ts'
import { scanJson } from '../../src/encoding/json-scan.ts'
import { splice } from '../../src/encoding/splice.ts'
import { elementRemovals } from '../../src/encoding/splice-list.ts'

const without = (text: string, places: readonly number[]): string => {
  const document = scanJson(text)
  if (!document.ok) throw new Error(document.error.problem)
  const list = member(document.value, 0, 'list')
  let place = -1
  return splice(
    text,
    elementRemovals(document.value, list, () => places.includes(++place)),
  )
}

test.each([
  ['the first', [0], '{"list": [ {"b":2} , "c" ] }'],
  ['one in the middle', [1], '{"list": [ 1 , "c" ] }'],
  ['the last', [2], '{"list": [ 1 ,{"b":2} ] }'],
  ['the first two', [0, 1], '{"list": [ "c" ] }'],
  ['the last two', [1, 2], '{"list": [ 1 ] }'],
  ['all', [0, 1, 2], '{"list": [  ] }'],
  ['none', [], '{"list": [ 1 ,{"b":2} , "c" ] }'],
])('takes out %s', (_name, places, expected) =>
  expect(without('{"list": [ 1 ,{"b":2} , "c" ] }', places)).toBe(expected),
)

test('whatever is taken out, the rest is as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.jsonValue({ maxDepth: 1 }), fc.boolean())), (elements) => {
      const places = elements.flatMap(([, goes], place) => (goes ? [place] : []))
      const left = elements.filter(([, goes]) => !goes).map(([value]) => value)
      const text = JSON.stringify({ list: elements.map(([value]) => value) }, undefined, 1)
      expect(JSON.parse(without(text, places))).toEqual(JSON.parse(JSON.stringify({ list: left })))
    }),
  )
})

test('a list that is not there loses nothing', () => expect(without('{}', [0])).toBe('{}'))
