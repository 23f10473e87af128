import type { Feature } from '../domain/features.ts'
import { ONLY_RESPONSES } from './openai-compatible.ts'

/** What a translation by way of our own words leaves out wherever it goes. */
export const NOT_TRANSLATED: readonly Feature[] = [
  'audio-output',
  'custom-tools',
  'logit-bias',
  'verbosity',
  'prediction',
  'service-tier',
  'metadata',
  'store',
  'web-search',
  'prompt-cache',
  'safety-identifier',
  'moderation',
  'message-name',
  ...ONLY_RESPONSES,
]

export const bearer = (credential: string): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${credential}`,
})
