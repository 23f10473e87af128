import { expect, test } from 'vitest'
import { canonicalJson } from '../../src/encoding/canonical-json.ts'

// The example of RFC 8785, section 3.2.2, with its canonical form of 3.2.4.
const RFC_EXAMPLE = {
  numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
  string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"\u002f',
  literals: [null, true, false],
}
const RFC_CANONICAL =
  '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
  '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'

test.each([
  ['the example of RFC 8785', RFC_EXAMPLE, RFC_CANONICAL],
  [
    'members sorted by UTF-16 code units',
    { b: 1, a: 2, '\u00f6': 3, B: 4, '\u{1f600}': 5, '\ufb33': 6 },
    '{"B":4,"a":2,"b":1,"\u00f6":3,"\u{1f600}":5,"\ufb33":6}',
  ],
  ['nesting, without white space', { a: [{ d: 1, c: [] }] }, '{"a":[{"c":[],"d":1}]}'],
  ['absent members for undefined', { a: undefined, b: 1 }, '{"b":1}'],
  ['zero for minus zero', -0, '0'],
])('writes %s', (_name, value, text) => expect(canonicalJson(value)).toBe(text))

test.each([
  ['NaN', Number.NaN],
  ['Infinity', { a: Number.POSITIVE_INFINITY }],
  ['a bigint', [1n]],
  ['undefined in an array', [undefined]],
  ['a lone surrogate', '\ud800'],
  ['a lone surrogate in a key', { '\udc00': 1 }],
])('refuses %s', (_name, value) => expect(() => canonicalJson(value)).toThrow(TypeError))

test('is the same for the same value, however it was written', () => {
  const a = JSON.parse('{"x": 1.0, "y": [1e2, "\\u0041"]}')
  const b = JSON.parse('{"y":[100,"A"],"x":1}')
  expect(canonicalJson(a)).toBe(canonicalJson(b))
})
