import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { openEventStream, pushAsSse } from '../../src/encoding/event-stream-sse.ts'
import { wires } from '../../src/wire/index.ts'
import {
  listOf,
  objectOf,
  objectsOf,
  parseObject,
  textOf,
  type Foreign,
} from '../../src/wire/read.ts'
import type { Wire } from '../../src/wire/wire.ts'

/** Recorded traffic of real providers, kept outside the repository: without it there is nothing to do here. */
const ROOT = join(import.meta.dirname, '../../../shared/data/wire')
const INDEX = join(ROOT, 'index.jsonl')

export type Recording = {
  readonly name: string
  readonly provider: string
  readonly isStream: boolean
  readonly text: string
}

/** All of it; empty without the folder. */
export function recordings(): Recording[] {
  if (!existsSync(INDEX)) return []
  return readFileSync(INDEX, 'utf8')
    .trim()
    .split('\n')
    .flatMap((line): Recording[] => {
      const { path = '', provider = '', kind } = parseIndex(line)
      if (path.endsWith('.log') || kind === 'request') return []
      if (path.endsWith('.bin')) {
        const bytes = readFileSync(join(ROOT, path))
        return [
          { name: path, provider, isStream: true, text: pushAsSse(openEventStream(), bytes)[1] },
        ]
      }
      const text = readFileSync(join(ROOT, path), 'utf8')
      if (kind === 'cassette') return fromCassette(path, provider, text)
      if (kind === 'response') return [{ name: path, provider, isStream: false, text }]
      const isLines = path.endsWith('.chunks.txt')
      return [
        { name: path, provider, isStream: true, text: isLines ? framed(text.split('\n')) : text },
      ]
    })
}

const parseIndex = (line: string): { path?: string; provider?: string; kind?: string } => {
  const entry = objectOf(JSON.parse(line))
  return {
    path: String(entry['path']),
    provider: String(entry['provider']),
    kind: String(entry['kind']),
  }
}

const framed = (events: readonly string[]): string =>
  events
    .filter((each) => each.trim() !== '')
    .map((each) => `data: ${each}\n\n`)
    .join('')

function fromCassette(path: string, provider: string, text: string): Recording[] {
  const cassette: unknown = path.endsWith('.yaml') ? parseYaml(text) : JSON.parse(text)
  return objectsOf(objectOf(cassette)['interactions']).flatMap((each, index): Recording[] => {
    const response = objectOf(each['response'])
    const url = textOf(objectOf(each['request'])['url']) ?? ''
    const name = `${path}#${index}`
    const body = textOf(response['body'])
    if (body !== undefined) {
      if (!url.endsWith('/chat/completions') || response['code'] !== 200) return []
      return [{ name, provider, isStream: body.startsWith('data:'), text: body }]
    }
    const segments = listOf(response['bodySegments']).map((segment) => JSON.stringify(segment))
    if (response['statusCode'] !== 200) return []
    if (url.includes(':streamGenerateContent')) {
      return [{ name, provider, isStream: true, text: framed(segments) }]
    }
    return url.includes(':generateContent')
      ? [{ name, provider, isStream: false, text: segments[0] ?? '' }]
      : []
  })
}

/** Those whose dialect of OpenAI's format has a wire of its own. */
const OWN_WIRES: Readonly<Record<string, Wire>> = {
  mistral: wires['mistral-chat'],
  deepseek: wires['deepseek-chat'],
}

const CONVERSE = ['messageStart', 'contentBlockStart', 'contentBlockDelta']

/** The wire that a reply or frame is of, by its own shape; undefined for other interfaces than chat. */
function wireOf(sample: Foreign, provider: string): Wire | undefined {
  const isConverse = sample['stopReason'] !== undefined && objectOf(sample['output'])['message']
  if (isConverse || CONVERSE.some((name) => name in sample)) return wires['bedrock-converse']
  if (sample['object'] === 'text_completion') return undefined
  if (Array.isArray(sample['choices'])) return OWN_WIRES[provider] ?? wires['openai-chat']
  if (sample['type'] === 'message' || sample['type'] === 'message_start')
    return wires['anthropic-messages']
  if (Array.isArray(sample['candidates'])) return wires.gemini
  const isResponse = sample['object'] === 'response' && Array.isArray(sample['output'])
  return isResponse || textOf(sample['type'])?.startsWith('response.') === true
    ? wires['openai-responses']
    : undefined
}

/** The data of a stream's first frame. */
const firstFrame = (text: string): Foreign =>
  parseObject(/^data: ?(.*)$/m.exec(text)?.[1] ?? '') ?? {}

/** The wire that a recording is of; undefined for other interfaces than chat. */
export function wireOfRecording({ isStream, text, provider }: Recording): Wire | undefined {
  if (isStream && text.startsWith('event: messageStart')) return wires['bedrock-converse']
  return wireOf(isStream ? firstFrame(text) : (parseObject(text) ?? {}), provider)
}
