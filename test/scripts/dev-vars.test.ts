import { expect, test } from 'vitest'
import { parseDevVars } from '../../scripts/lib/dev-vars.ts'

test.each([
  ['NAME=value', { NAME: 'value' }],
  ['export NAME=value', { NAME: 'value' }],
  ['  NAME = value  ', { NAME: 'value' }],
  ['NAME="a b # c"', { NAME: 'a b # c' }],
  ["NAME='a=b'", { NAME: 'a=b' }],
  ['NAME=value # why', { NAME: 'value' }],
  ['NAME=a#b', { NAME: 'a#b' }],
  ['# NAME=value\r\n\r\nOTHER=1', { OTHER: '1' }],
  ['NAME=', {}],
  ['', {}],
])('%j is read as %j', (text, vars) => {
  expect(parseDevVars(text)).toEqual({ ok: true, value: vars })
})

test.each([
  ['A=1\nsk-pasted-without-a-name', 2],
  ['NAME="never closed', 1],
  ['NAME="closed" and more', 1],
  ['1NAME=value', 1],
])('%j is refused at line %i, and not repeated', (text, line) => {
  const parsed = parseDevVars(text)
  expect(parsed).toEqual({ ok: false, error: expect.stringContaining(`line ${line}:`) })
  expect(JSON.stringify(parsed)).not.toMatch(/sk-pasted|never closed|and more|1NAME/)
})
