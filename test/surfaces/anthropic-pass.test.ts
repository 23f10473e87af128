import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PLAIN_HANDLING, type RequestFacts } from '../../src/domain/request.ts'
import { scanJson, type JsonDocument } from '../../src/encoding/json-scan.ts'
import { splice } from '../../src/encoding/splice.ts'
import { anthropicMessagesSurface as surface } from '../../src/surfaces/anthropic.ts'
import { elementPatches } from '../../src/surfaces/element-patches.ts'
import { listOf } from '../../src/wire/read.ts'

function scanned(body: unknown): JsonDocument {
  const document = scanJson(typeof body === 'string' ? body : JSON.stringify(body))
  if (!document.ok) throw new Error(document.error.problem)
  return document.value
}

const said = (content: unknown) => ({ messages: [{ role: 'assistant', content }] })

const FACTS: RequestFacts = {
  surface: 'anthropic-messages',
  operation: 'chat',
  model: 'm',
  stream: false,
  wantsUsageChunk: true,
  features: [],
  promptBytes: 1,
  templateParts: 1,
  mediaParts: 0,
  outputTokensMax: 9,
  choices: 1,
  handling: PLAIN_HANDLING,
  unknownFields: [],
}

const pass = (content: readonly object[], leaveOut: readonly string[] = []): string => {
  return surface.pass(scanned({ model: 'm', top_k: 4, ...said(content) }), {
    facts: FACTS,
    upstreamModel: 'claude-x',
    outputTokens: undefined,
    leaveOut,
    mustAskForUsage: false,
    edits: [],
  })
}

describe("what Anthropic gets of its own client's body", () => {
  const own = { type: 'thinking', thinking: 'a', signature: 'c2ln' }
  const other = { type: 'thinking', thinking: 'b', signature: '' }
  const marked = { type: 'redacted_thinking', data: 'demarc.gemini.c2ln' }
  const words = { type: 'text', text: 'so' }

  test.each([
    [
      [own, words],
      [own, words],
    ],
    [[other, words], [words]],
    [
      [own, marked, words, other],
      [own, words],
    ],
    [[other, marked, own], [own]],
    [[marked, other], [{ type: 'text', text: '…' }]],
    [[other], [{ type: 'text', text: '…' }]],
  ])('holds no thoughts of others: %j', (content, expected) => {
    const messages = listOf(JSON.parse(pass(content)).messages)
    expect(messages).toEqual([{ role: 'assistant', content: expected }])
  })

  test('is without the fields that it is not to get', () => {
    expect(JSON.parse(pass([words], ['top-k']))).toEqual({
      model: 'claude-x',
      ...said([words]),
    })
  })

  test('loses elements of a list, and nothing else', () => {
    const spaces = fc.constantFrom('', ' ', '\n  ')
    const element = fc.tuple(spaces, fc.boolean(), spaces)
    fc.assert(
      fc.property(fc.array(element, { minLength: 1 }), (elements) => {
        const text = `[${elements.map(([before, keep, after]) => `${before}${keep}${after}`).join(',')}]`
        const document = scanned(text)
        const isFalse = (node: number): boolean =>
          document.text.startsWith('false', document.starts[node])
        const left: unknown = JSON.parse(
          splice(text, elementPatches(document, 0, isFalse, '"none"')),
        )
        const kept = elements.filter(([, keep]) => keep).map(() => true)
        expect(left).toEqual(kept.length === 0 ? ['none'] : kept)
      }),
    )
  })
})
