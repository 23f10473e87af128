import { describe, expect, test } from 'vitest'
import { classify } from '../../src/classifier/classify.ts'
import type { RequestFacts } from '../../src/domain/request.ts'
import { scanJson, type JsonDocument } from '../../src/encoding/json-scan.ts'
import { geminiCountSurface, geminiSurface } from '../../src/surfaces/gemini.ts'
import { parseGeminiPath } from '../../src/surfaces/gemini-path.ts'
import { listOf, objectOf, parseObject } from '../../src/wire/read.ts'

const urlOf = (path: string) => ({ url: `https://demarc.test${path}`, headers: new Headers() })
const TARGET = urlOf('/v1beta/models/m:generateContent')

function scanned(body: unknown): JsonDocument {
  const document = scanJson(typeof body === 'string' ? body : JSON.stringify(body))
  if (!document.ok) throw new Error(document.error.problem)
  return document.value
}

const said = (parts: readonly unknown[], role = 'user') => ({ contents: [{ role, parts }] })
const config = (generationConfig: object) => ({ generationConfig })

function read(body: object, target = TARGET) {
  const found = geminiSurface.read(scanned({ ...said([{ text: 'Hi' }]), ...body }), target)
  if (!found.ok) throw new Error(JSON.stringify(found.error))
  return found.value
}

const handling = (more: Partial<RequestFacts['handling']>): Partial<RequestFacts> => ({
  handling: {
    stored: false,
    hostedTools: false,
    longCache: false,
    serviceTier: 'default',
    ...more,
  },
})

describe('a path', () => {
  test.each<[string, object | undefined]>([
    ['/v1/models/gemini-x:generateContent', { model: 'gemini-x', method: 'generateContent' }],
    ['/v1beta/models/a/b:countTokens', { model: 'a/b', method: 'countTokens' }],
    ['/v1beta/a/b:generateContent', { model: 'a/b', method: 'generateContent' }],
    ['/v1beta/models/a%2Fb:generateContent', { model: 'a/b', method: 'generateContent' }],
    ['/v1beta/models/qwen3:8b:generateContent', { model: 'qwen3:8b', method: 'generateContent' }],
    ['/v1beta/models/%E0%A4:generateContent', undefined],
    ['/v1beta/models', undefined],
    ['/v1/chat/completions', undefined],
    ['/v2/models/m:generateContent', undefined],
  ])('%s', (path, expected) => expect(parseGeminiPath(path)).toEqual(expected))

  test.each([
    ['/v1beta/models/m:streamGenerateContent?alt=sse', true, undefined],
    ['/v1beta/models/m:streamGenerateContent', true, 'json-array'],
    ['/v1beta/models/m:generateContent', false, undefined],
  ])('says how to answer: %s', (path, stream, framing) => {
    const found = read({}, urlOf(path))
    expect([found.facts.stream, found.framing]).toEqual([stream, framing])
  })
})

describe('what a request asks for', () => {
  const image = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }
  test.each<[string, object, Partial<RequestFacts>]>([
    ['nothing special', {}, { features: [], onlyOwnDialect: [], choices: 1, mediaParts: 0 }],
    ['an image', said([image]), { features: ['vision'], mediaParts: 1 }],
    [
      'an image in an answer of a function',
      said([{ functionResponse: { name: 'f', parts: [image] } }]),
      { features: ['vision'], mediaParts: 1 },
    ],
    [
      'an image by its address',
      said([{ file_data: { file_uri: 'https://x.test', mime_type: 'image/png' } }]),
      { features: ['image-url', 'vision'] },
    ],
    [
      'sound',
      said([{ inlineData: { mimeType: 'audio/wav', data: 'AA==' } }]),
      { features: ['audio-input'] },
    ],
    [
      'a video',
      said([{ fileData: { fileUri: 'https://x.test', mimeType: 'video/mp4' } }]),
      { features: ['file-input'] },
    ],
    ['functions', { tools: [{ functionDeclarations: [{ name: 'f' }] }] }, { features: ['tools'] }],
    [
      'a forced function',
      { tool_config: { function_calling_config: { mode: 'ANY' } } },
      { features: ['tool-choice'] },
    ],
    [
      'a schema',
      config({ responseMimeType: 'application/json', response_schema: { type: 'OBJECT' } }),
      { features: ['json-schema'] },
    ],
    ['JSON', config({ response_mime_type: 'application/json' }), { features: ['json-object'] }],
    [
      'how to sample',
      config({ seed: 1, topK: 2, top_p: 1, stopSequences: ['x'], presencePenalty: 1 }),
      { features: ['penalties', 'seed', 'stop', 'top-k', 'top-p'] },
    ],
    [
      'limits',
      config({ max_output_tokens: 7, candidateCount: 3 }),
      { features: ['n'], outputTokensMax: 7, choices: 3 },
    ],
    [
      'thinking',
      config({ thinkingConfig: { thinkingBudget: 5 } }),
      { features: ['reasoning-effort'] },
    ],
    ['probabilities', config({ responseLogprobs: true }), { features: ['logprobs'] }],
    [
      'an answer to listen to',
      config({ responseModalities: ['AUDIO'] }),
      { features: ['audio-output'] },
    ],
    [
      'what only Google has',
      { safetySettings: [], labels: {}, ...config({ mediaResolution: 'x' }) },
      { onlyOwnDialect: ['labels', 'mediaResolution', 'safetySettings'] },
    ],
    [
      'tools that Google runs',
      { tools: [{ google_search: {} }] },
      {
        features: ['web-search'],
        onlyOwnDialect: ['hosted-tools'],
        ...handling({ hostedTools: true }),
      },
    ],
    ['a tool that nobody knows', { tools: [{ telepathy: {} }] }, handling({ hostedTools: true })],
    [
      'an exchange that is kept',
      { store: true },
      { features: ['store'], ...handling({ stored: true }) },
    ],
    [
      'stored content',
      { cached_content: 'cachedContents/1' },
      handling({ stored: true, longCache: true }),
    ],
    [
      'another service',
      { service_tier: 'flex' },
      { features: ['service-tier'], ...handling({ serviceTier: 'other' }) },
    ],
    [
      'something new',
      { telepathy: 1, system_instruction: { parts: [] } },
      { unknownFields: ['telepathy'] },
    ],
  ])('%s', (_name, body, expected) => expect(read(body).facts).toMatchObject(expected))
})

describe('what the classifier is given', () => {
  const CARD = '4111 1111 1111 1111'
  test.each<[string, object]>([
    ['a text', said([{ text: CARD }])],
    ['a thought', said([{ text: CARD, thought: true }], 'model')],
    ['an instruction', { systemInstruction: { parts: [{ text: CARD }] } }],
    ['a call', said([{ functionCall: { name: 'f', args: { pan: CARD } } }], 'model')],
    [
      'an answer of a function',
      said([{ functionResponse: { name: 'f', response: { output: CARD } } }]),
    ],
    ['the place of a signature', said([{ text: 'x', thoughtSignature: CARD }], 'model')],
    ['code', said([{ executableCode: { language: 'PYTHON', code: `pan = "${CARD}"` } }], 'model')],
    ['a function', { tools: [{ functionDeclarations: [{ name: 'f', description: CARD }] }] }],
    ['a label', { labels: { pan: CARD } }],
    ['a field that nobody knows', { telepathy: CARD }],
    [
      'a file in base64 that is text',
      said([
        {
          inlineData: {
            mimeType: 'text/plain',
            data: Buffer.from(`The card is ${CARD}.`).toString('base64'),
          },
        },
      ]),
    ],
  ])('holds %s', (_name, body) =>
    expect(classify(read(body).envelope).findings.map(({ kind }) => kind)).toContain('card'),
  )
})

const pass = (body: object, upstreamModel: string, outputTokens?: number): string =>
  geminiSurface.pass(scanned(body), {
    facts: read({}).facts,
    upstreamModel,
    outputTokens,
    leaveOut: [],
    mustAskForUsage: false,
    edits: [],
  })
const partsIn = (text: string): unknown =>
  objectOf(listOf(objectOf(parseObject(text))['contents'])[0])['parts']
const call = (more: object = {}) => ({ functionCall: { name: 'f', args: {} }, ...more })

describe("what Google gets of its own client's body", () => {
  const SKIP = { thoughtSignature: 'skip_thought_signature_validator' }
  const own = { thoughtSignature: 'c2lnbmVk' }
  const other = { thoughtSignature: Buffer.from('demarc.anthropic.x').toString('base64') }

  test.each<[string, object[], string, object[]]>([
    ['signs calls of others', [call(), call()], 'gemini-3-pro', [call(SKIP), call()]],
    ['leaves them alone before Gemini 3', [call()], 'gemini-2.5-pro', [call()]],
    ['leaves its own alone', [call(own), call()], 'gemini-3-pro', [call(own), call()]],
    ['replaces signatures of others', [call(other)], 'gemini-3-pro', [call(SKIP)]],
    [
      'leaves thoughts of others out',
      [{ text: 'a', thought: true, ...other }, { text: 'b' }],
      'gemini-2.5-pro',
      [{ text: 'b' }],
    ],
  ])('%s', (_name, parts, model, expected) =>
    expect(partsIn(pass(said(parts, 'model'), model))).toEqual(expected),
  )

  test.each([
    [{}, { maxOutputTokens: 5 }],
    [{ generationConfig: null }, { maxOutputTokens: 5 }],
    [{ generationConfig: {} }, { maxOutputTokens: 5 }],
    [{ generationConfig: { topK: 1 } }, { maxOutputTokens: 5, topK: 1 }],
  ])('is limited as the key says: %j', (body, expected) => {
    const sent = parseObject(pass({ ...said([{ text: 'x' }]), ...body }, 'gemini-x', 5))
    expect(sent?.['generationConfig']).toEqual(expected)
  })

  test('is counted under the name that Google knows', () => {
    const whole = { generateContentRequest: { ...said([{ text: 'x' }]), model: 'models/auto' } }
    const target = urlOf('/v1beta/models/auto:countTokens')
    const found = geminiCountSurface.read(scanned(whole), target)
    if (!found.ok) throw new Error(JSON.stringify(found.error))
    expect(found.value.facts).toMatchObject({
      operation: 'count-tokens',
      model: 'auto',
      unknownFields: [],
    })
    const sent = geminiCountSurface.pass(scanned(whole), {
      facts: found.value.facts,
      upstreamModel: 'gemini-x',
      outputTokens: undefined,
      leaveOut: [],
      mustAskForUsage: false,
      edits: [],
    })
    expect(sent).toBe(JSON.stringify(whole).replace('models/auto', 'models/gemini-x'))
  })
})
