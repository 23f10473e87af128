import { callerOf } from '../../src/access/key-request.ts'
import { NO_USAGE } from '../../src/domain/usage.ts'
import { scanJson, type JsonDocument } from '../../src/encoding/json-scan.ts'
import type { ConversationChoice } from '../../src/journal/messages.ts'

export const CALLER = callerOf('key-1', { team: 'red', app: 'talk' })
export const HASH_KEY = 'test-hash-key-0123456789abcdef'
export const scanned = (body: object): JsonDocument => {
  const document = scanJson(JSON.stringify(body))
  if (!document.ok) throw new Error('no JSON')
  return document.value
}

export const choice = (parts: Partial<ConversationChoice> = {}): ConversationChoice => ({
  id: 'c1',
  destination: 'together',
  model: 'glm-5',
  knows: null,
  asks: true,
  ...parts,
})
export const USAGE = { ...NO_USAGE, input: 5_000, output: 40 }
