import { expect, test } from 'vitest'
import { createNumbering, redactText } from '../../src/classifier/redact.ts'
import { classifyText, found } from './texts.ts'

const redact = (text: string, kinds: readonly string[], numbering = createNumbering()) =>
  redactText(text, classifyText(text).findings, kinds, numbering)

test.each([
  ['each kind by its name', 'a@acme.com, 415-555-2671', ['email', 'phone'], '[EMAIL_1], [PHONE_1]'],
  ['only the kinds asked for', 'a@acme.com, 415-555-2671', ['phone'], 'a@acme.com, [PHONE_1]'],
  [
    'the same value alike',
    'a@acme.com b@acme.com a@acme.com',
    ['email'],
    '[EMAIL_1] [EMAIL_2] [EMAIL_1]',
  ],
  ['nothing where nothing is', 'hello', ['email'], 'hello'],
  [
    'not with a placeholder that is there',
    '[EMAIL_1] a@acme.com',
    ['email'],
    '[EMAIL_1] [EMAIL_2]',
  ],
])('redaction replaces %s', (_name, text, kinds, expected) => {
  expect(redact(text, kinds)).toBe(expected)
})

test('spans that overlap become one', () => {
  const findings = [
    { kind: 'email', start: 2, end: 6 },
    { kind: 'person', start: 0, end: 4 },
    { kind: 'phone', start: 7, end: 9 },
    { kind: 'phone', start: 7, end: 7 },
  ]
  expect(redactText('0123456789', findings, ['email', 'person', 'phone'])).toBe(
    '[PERSON_1]6[PHONE_1]9',
  )
})

test('a value keeps its placeholder from text to text, and can be looked up', () => {
  const numbering = createNumbering()
  expect(redact('a@acme.com', ['email'], numbering)).toBe('[EMAIL_1]')
  expect(redact('b@acme.com a@acme.com', ['email'], numbering)).toBe('[EMAIL_2] [EMAIL_1]')
  expect(Object.fromEntries(numbering.values)).toEqual({
    '[EMAIL_1]': 'a@acme.com',
    '[EMAIL_2]': 'b@acme.com',
  })
})

test('nothing is found in what has been redacted', () => {
  const text =
    'Dear Jane Doe, password: hunter2!x, card 4111 1111 1111 1111, DOB 03/04/1975, a@acme.com'
  const redacted = redact(text, ['person', 'secret', 'card', 'date', 'email'])
  expect(found(redacted)).toEqual([])
})
