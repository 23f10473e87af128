import { describe, expect, test } from 'vitest'
import { classify } from '../../src/classifier/classify.ts'
import { scanJson } from '../../src/encoding/json-scan.ts'
import { envelopeOf } from '../../src/surfaces/envelope.ts'

const CARD = '4111 1111 1111 1111'
const base64 = (text: string): string => Buffer.from(text).toString('base64')

function classified(body: unknown) {
  const document = scanJson(typeof body === 'string' ? body : JSON.stringify(body))
  if (!document.ok) throw new Error(document.error.problem)
  return classify(envelopeOf(document.value))
}

const ask = (content: unknown) => ({ model: 'auto', messages: [{ role: 'user', content }] })
const calls = (text: string) => ({
  messages: [
    {
      role: 'assistant',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'pay', arguments: text } }],
    },
  ],
})

describe('a card number is found', () => {
  test.each([
    ['in a message', ask(CARD), '/messages/0/content'],
    ['in a part', ask([{ type: 'text', text: CARD }]), '/messages/0/content/0/text'],
    ['in a field that nobody knows', { ...ask('hi'), note: { deep: [CARD] } }, '/note/deep/0'],
    ['in a key', { ...ask('hi'), [CARD]: 1 }, `/${CARD}`],
    ['as a number', { ...ask('hi'), pan: 4111111111111111 }, '/pan'],
    ['in metadata', { ...ask('hi'), metadata: { pan: CARD } }, '/metadata/pan'],
    ['as a user', { ...ask('hi'), user: CARD }, '/user'],
    [
      'in a tool result',
      { messages: [{ role: 'tool', tool_call_id: 'a', content: CARD }] },
      '/messages/0/content',
    ],
    [
      'in the arguments of a call',
      calls(JSON.stringify({ pan: CARD })),
      '/messages/0/tool_calls/0/function/arguments',
    ],
    [
      'in arguments that break off',
      calls(`{"note":"a\\nb","pan":"${CARD}","na`),
      '/messages/0/tool_calls/0/function/arguments',
    ],
    [
      'in arguments within arguments',
      calls(JSON.stringify({ body: JSON.stringify({ pan: `\n${CARD}` }) })),
      '/messages/0/tool_calls/0/function/arguments',
    ],
    [
      'in the name of a file',
      ask([{ type: 'file', file: { filename: `${CARD}.pdf`, file_id: 'file-1' } }]),
      '/messages/0/content/0/file/filename',
    ],
    [
      'in the description of a tool',
      { ...ask('hi'), tools: [{ type: 'function', function: { description: CARD } }] },
      '/tools/0/function/description',
    ],
    [
      'in a schema for the answer',
      {
        ...ask('hi'),
        response_format: { type: 'json_schema', json_schema: { schema: { enum: [CARD] } } },
      },
      '/response_format/json_schema/schema/enum/0',
    ],
    [
      'in a text file within the request',
      ask([
        {
          type: 'file',
          file: { file_data: `data:text/csv;base64,${base64(`name,card\nx,${CARD}\n`)}` },
        },
      ]),
      '/messages/0/content/0/file/file_data',
    ],
    [
      'in a drawing made of text',
      ask([
        {
          type: 'image_url',
          image_url: {
            url: `data:image/svg+xml;base64,${base64(`<svg><text>${CARD}</text></svg>`)}`,
          },
        },
      ]),
      '/messages/0/content/0/image_url/url',
    ],
  ])('%s', (_name, body, path) => {
    const { findings, label } = classified(body)
    expect(findings).toMatchObject([{ kind: 'card', path }])
    expect(label.level).toBe('restricted')
  })
})

describe('split over two texts', () => {
  const parts = (first: string, second: string) =>
    ask([
      { type: 'text', text: first },
      { type: 'text', text: second },
    ])
  test.each([
    ['parts', parts('pay with 4111 1111', '1111 1111 please'), 'card', 2],
    [
      'messages',
      {
        messages: [
          { role: 'user', content: 'card 4111 1111 ' },
          { role: 'user', content: '1111 1111' },
        ],
      },
      'card',
      2,
    ],
    ['an address', parts('write to jane.doe@acm', 'e.com today'), 'email', 2],
    ['a key of a service', parts('use sk-ant-api03-', `${'aB3'.repeat(31)}AA`), 'secret', 2],
    ['array items behind a word', { ...ask('hi'), card: [4111, 1111, 1111, 1111] }, 'card', 4],
    [
      'digits one by one behind a word',
      { ...ask('hi'), card: Array.from('4111111111111111') },
      'card',
      16,
    ],
  ])('%s: found, in each of them', (_name, body, kind, leaves) => {
    const findings = classified(body).findings.filter(
      (finding) => finding.kind === kind && finding.confidence >= 0.5,
    )
    expect(new Set(findings.map(({ path }) => path)).size).toBe(leaves)
  })

  test.each([
    ['figures without a word', { ...ask('hi'), box: [4111, 1111, 1111, 1111] }],
    ['a list of tokens', { input: Array.from({ length: 400 }, (_, i) => (i * 7919) % 9973) }],
    ['sentences', parts('I was born in 1984.', '20 years later I moved.')],
    ['words', parts('this is a test of the', 'emergency broadcast system')],
  ])('%s: nothing', (_name, body) => {
    expect(classified(body).findings.filter(({ confidence }) => confidence >= 0.5)).toEqual([])
    expect(classified(body).label.level).toBe('public')
  })
})

describe('what nobody can read is said', () => {
  const binary = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 151 + 13) % 256))
  const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), binary]).toString('base64')
  const zip = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), binary]).toString('base64')
  const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47]), binary]).toString('base64')
  test.each([
    [
      'an image',
      ask([{ type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }]),
      'image',
    ],
    [
      'an image elsewhere',
      ask([{ type: 'image_url', image_url: { url: 'https://a.example/x' } }]),
      'remote-url',
    ],
    ['audio', ask([{ type: 'input_audio', input_audio: { data: png, format: 'wav' } }]), 'audio'],
    [
      'a PDF',
      ask([{ type: 'file', file: { file_data: `data:application/pdf;base64,${pdf}` } }]),
      'file',
    ],
    ['a stored file', ask([{ type: 'file', file: { file_id: 'file-1' } }]), 'file'],
    [
      'a file elsewhere',
      ask([{ type: 'input_file', file_url: 'https://a.example/x' }]),
      'remote-url',
    ],
    ['an archive in a message', ask(`unpack this: ${zip}`), 'file'],
    ['an image in a message', ask(`look: ![](data:image/png;base64,${png})`), 'image'],
    ['a picture in any field', { ...ask('hi'), logo: `data:image/png;base64,${png}` }, 'encoded'],
    ['a stored prompt', { ...ask('hi'), prompt: { id: 'p' } }, 'stored-prompt'],
  ])('%s', (_name, body, reason) => {
    const { label, unscanned } = classified(body)
    expect(unscanned).toMatchObject([{ reason }])
    expect(label.scan).toBe('unscanned')
  })

  test('bytes that are no document are no reason', () => {
    expect(classified(ask(`sha512-${binary.toString('base64')}`)).label.scan).toBe('complete')
  })
})
