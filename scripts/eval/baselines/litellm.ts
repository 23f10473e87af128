import type { Baseline } from './baseline.ts'

/**
 * The patterns that LiteLLM's proxy ships for its content filter, as its manual describes them
 * (docs.litellm.ai/docs/proxy/guardrails/litellm_content_filter): plain expressions over the text in any case, without
 * check digits or context. The expressions are ours, with bounds in place of open repeats.
 */
const PATTERNS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['email', /\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,128}\.[A-Za-z]{2,12}\b/i],
  ['phone', /(?<!\d)(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b/i],
  ['us_ssn', /\b\d{3}-\d{2}-\d{4}\b/],
  ['card', /\b4\d{3}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}\b/],
  ['card', /\b5[1-5]\d{2}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}\b/],
  ['card', /\b3[47]\d{2}[- ]?\d{6}[- ]?\d{5}\b/],
  ['card', /\b6(?:011|5\d{2})[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}\b/],
  ['iban', /\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b/i],
  ['ip', /\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b/],
  ['ip', /\b(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b/i],
  [
    'address',
    /\b\d{1,5} [A-Z][a-z]{1,20}(?: [A-Z][a-z]{1,20}){0,2} (?:St|Street|Ave|Avenue|Rd|Road|Blvd|Lane|Ln|Drive|Dr)\b/i,
  ],
  ['passport', /\b[A-Z]{1,2}\d{6,9}\b/i],
  ['driver_license', /\b[A-Z]\d{7,8}\b/i],
  ['national_id', /\b[A-Z]{2}\d{6}[A-D]\b/i],
  ['national_id', /\b\d{3}\.?\d{3}\.?\d{3}-?\d{2}\b/],
  ['national_id', /\b[A-Z]{5}\d{4}[A-Z]\b/i],
  ['national_id', /\b\d{4} ?\d{4} ?\d{4}\b/],
  ['secret', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/i],
  ['secret', /\baws.{0,20}['"][A-Za-z0-9/+=]{40}['"]/i],
  ['secret', /\bgh[pousr]_[A-Za-z0-9]{36}\b/i],
  ['secret', /\bxox[baprs]-[A-Za-z0-9-]{10,72}\b/i],
  ['secret', /\b(?:api[_-]?key|secret|token)["']?\s{0,4}[:=]\s{0,4}["']?[A-Za-z0-9_-]{16,64}\b/i],
  ['url', /\bhttps?:\/\/[^\s"'<>]{1,200}/i],
]

export const litellm: Baseline = {
  name: 'LiteLLM, as described',
  kindsIn: (text) =>
    Promise.resolve(
      new Set(PATTERNS.filter(([, pattern]) => pattern.test(text)).map(([kind]) => kind)),
    ),
}
