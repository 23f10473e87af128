import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { classifyCommand, classifyLine, linesOf } from '../../scripts/commands/classify.ts'
import { redactLine } from '../../scripts/commands/redact.ts'

const classified = (input: unknown) => classifyLine(JSON.stringify(input))
const redacted = (input: unknown) => redactLine(JSON.stringify(input))

test('a text is answered with its label and findings, with offsets into it', () => {
  expect(classified({ id: 't1', text: 'mail jane@acme.de' })).toEqual({
    id: 't1',
    level: 'confidential',
    categories: ['pii'],
    jurisdictions: ['DE'],
    scan: 'complete',
    findings: [{ kind: 'email', start: 5, end: 17, path: '', confidence: 0.98 }],
  })
})

const BODY = {
  model: 'auto',
  messages: [{ role: 'user', content: 'a "card": 4111 1111 1111 1111' }],
  metadata: { account: 5555555555554444 },
}

test.each([
  ['an object', BODY],
  ['its JSON text', JSON.stringify(BODY)],
])('a body may be %s; offsets count in the decoded value at the path', (_name, body) => {
  expect(classified({ id: 7, body })).toMatchObject({
    id: 7,
    level: 'restricted',
    findings: [
      { kind: 'card', start: 10, end: 29, path: '/messages/0/content' },
      { kind: 'card', start: 0, end: 16, path: '/metadata/account' },
    ],
  })
})

test('a number too long for JavaScript is read digit by digit', () => {
  const line = '{"id":1,"body":{"card":6222600260001072816}}'
  expect(classifyLine(line)).toMatchObject({ findings: [{ kind: 'card', start: 0, end: 19 }] })
})

test('a line with a key twice is bad', () => {
  expect(classifyLine('{"id":1,"body":{"a":1},"body":{"b":"a@acme.com"}}')).toHaveProperty('error')
})

test('a part that cannot be read makes a body unscanned', () => {
  const content = [{ type: 'image_url', image_url: { url: 'https://acme.com/x.png' } }]
  expect(classified({ id: 1, body: { messages: [{ role: 'user', content }] } })).toMatchObject({
    scan: 'unscanned',
  })
})

test('markers are legal outside, or show in the level alone', () => {
  expect(classified({ id: 1, text: 'Attorney-client privileged' })).toMatchObject({
    level: 'restricted',
    findings: [{ kind: 'legal', start: 0, end: 26 }],
  })
  expect(classified({ id: 1, text: 'For internal use only' })).toMatchObject({
    level: 'internal',
    findings: [],
  })
})

test.each([
  ['no JSON', 'hello', null, 'the line is not JSON'],
  ['an empty line', '', null, 'the line is not JSON'],
  ['no id', '{"text":"x"}', null, 'id: '],
  ['neither text nor body', '{"id":1}', 1, 'line: one of "text" and "body"'],
  ['both', '{"id":1,"text":"x","body":{}}', 1, 'line: one of "text" and "body"'],
  ['a text of another type', '{"id":"a","text":5}', 'a', 'text: '],
  ['a body that is no JSON', '{"id":1,"body":"{"}', 1, 'body: syntax at offset 1'],
  ['a body with a key twice', '{"id":1,"body":"{\\"a\\":1,\\"a\\":2}"}', 1, 'body: duplicate-key'],
])('a bad line is said to be bad: %s', (_name, line, id, error) => {
  expect(classifyLine(line)).toEqual({ id, error: expect.stringContaining(error) })
  expect(redactLine(line)).toEqual({ id, error: expect.stringContaining(error) })
})

test('an error never repeats the line', () => {
  const line = '{"id":1,"body":"{\\"jane@acme.com\\"}"}'
  expect(JSON.stringify(classifyLine(line))).not.toContain('jane')
})

/** Placeholders by the value that they stand for. */
const byValue = (result: { placeholders?: Record<string, string> }): Map<string, string> =>
  new Map(
    Object.entries(result.placeholders ?? {}).map(([placeholder, value]) => [value, placeholder]),
  )

test('a text is redacted, with the originals beside it', () => {
  const result = redacted({ id: 1, text: 'a@acme.com, b@acme.com, a@acme.com' })
  const names = byValue(result)
  const [a, b] = [names.get('a@acme.com'), names.get('b@acme.com')]
  expect([a, b]).toEqual([
    expect.stringMatching(/^\[EMAIL_[A-Z]+\]$/),
    expect.stringMatching(/^\[EMAIL_[A-Z]+\]$/),
  ])
  expect(result).toMatchObject({ id: 1, text: `${a}, ${b}, ${a}` })
})

test('a body is redacted in keys, strings and numbers, and comes back as it came', () => {
  const body = { 'a@acme.com': 'x', text: 'to "a@acme.com"\n', card: 4111111111111111, n: 1.5 }
  const result = redacted({ id: 1, body })
  const names = byValue(result)
  const [email, card] = [names.get('a@acme.com'), names.get('4111111111111111')]
  const expected = { [email ?? '']: 'x', text: `to "${email}"\n`, card, n: 1.5 }
  expect(result).toMatchObject({ id: 1, body: expected })
  expect(card).toMatch(/^\[CARD_[A-Z]+\]$/)
  expect(redacted({ id: 1, body: JSON.stringify(body) })).toMatchObject({
    body: JSON.stringify(expected),
  })
})

test.each([
  ['none', ''],
  ['one', 'a\n'],
  ['one without an end', 'a'],
  ['an empty one between', 'a\n\nb\n'],
  ['a line separator inside', 'a\u2028b\n\u2029\r\nc'],
])('lines end at a line feed and nowhere else: %s', async (_name, text) => {
  const expected = text.split('\n')
  if (expected.at(-1) === '') expected.pop()
  for (const size of [1, 3, 100]) {
    const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
      text.slice(i * size, (i + 1) * size),
    )
    const lines: string[] = []
    for await (const line of linesOf(Readable.from(chunks))) lines.push(line)
    expect(lines).toEqual(expected)
  }
})

test.each([[['--json']], [[]], [['--jsonl', 'file']]])(
  'arguments %j cannot be used',
  async (args) => {
    expect(await classifyCommand.run(args)).toBe(2)
  },
)
