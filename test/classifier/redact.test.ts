import { expect, test } from 'vitest'
import { redactText } from '../../src/classifier/redact.ts'
import { classifyText, found } from './texts.ts'

/** Placeholders that can be read: the kind, and which value of it. */
function numbered(): (kind: string, value: string) => string {
  const seen = new Map<string, string[]>()
  return (kind, value) => {
    const values = seen.get(kind) ?? []
    seen.set(kind, values)
    if (!values.includes(value)) values.push(value)
    return `[${kind.toUpperCase()}_${values.indexOf(value) + 1}]`
  }
}

const redact = (text: string, kinds: readonly string[], placeholderOf = numbered()) =>
  redactText(text, classifyText(text).findings, kinds, placeholderOf)

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
  expect(redactText('0123456789', findings, ['email', 'person', 'phone'], numbered())).toBe(
    '[PERSON_1]6[PHONE_1]9',
  )
})

test('nothing is found in what has been redacted', () => {
  const text =
    'Dear Jane Doe, password: hunter2!x, card 4111 1111 1111 1111, DOB 03/04/1975, a@acme.com'
  const redacted = redact(text, ['person', 'secret', 'card', 'date', 'email'])
  expect(found(redacted)).toEqual([])
})
