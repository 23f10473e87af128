import { createHmac } from 'node:crypto'

/**
 * Placeholders such as `[EMAIL_KVRTB]` for the values of one conversation. They are derived from the value with the
 * conversation's own key, so the same value is called the same in every turn, and nothing needs to be stored.
 */
export type Pseudonyms = {
  /** The placeholder of a value; the same for the same value in another spelling. */
  readonly placeholderOf: (kind: string, value: string) => string
  /** Values as they were first written, by placeholder. Lives as long as the request. */
  readonly values: ReadonlyMap<string, string>
}

/** No vowels, so that no word comes out, and no digits, so that no number does. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
/** 20^5 are 3.2 million: two values of a conversation rarely get the same letters, and then one gets more. */
const CODE_LETTERS = 5

/** `isTaken` tells whether the conversation holds a text that looks like a placeholder already: it is never given. */
export function createPseudonyms(
  key: string,
  isTaken: (placeholder: string) => boolean = () => false,
): Pseudonyms {
  const placeholders = new Map<string, string>()
  const values = new Map<string, string>()
  const placeholderOf = (kind: string, value: string): string => {
    const name = `${kind}\u0000${spelling(kind, value)}`
    const known = placeholders.get(name)
    if (known !== undefined) return known
    const code = codeOf(key, name)
    let length = CODE_LETTERS
    let placeholder: string
    do placeholder = `[${kind.toUpperCase()}_${code.slice(0, length++)}]`
    while (length < code.length && (values.has(placeholder) || isTaken(placeholder)))
    placeholders.set(name, placeholder)
    values.set(placeholder, value)
    return placeholder
  }
  return { placeholderOf, values }
}

function codeOf(key: string, name: string): string {
  const bytes = createHmac('sha256', key).update(name).digest()
  let code = ''
  for (const byte of bytes) code += LETTERS[byte % LETTERS.length] ?? ''
  return code
}

/** Kinds whose spaces, dashes and dots carry no meaning. */
const NUMBERS: ReadonlySet<string> = new Set([
  'phone',
  'card',
  'iban',
  'bank_account',
  'us_ssn',
  'national_id',
  'passport',
  'driver_license',
])

const spelling = (kind: string, value: string): string => {
  const small = value.normalize('NFKC').toLowerCase()
  return NUMBERS.has(kind)
    ? small.replaceAll(/[^\p{L}\p{N}+]/gu, '')
    : small.replaceAll(/\s+/g, ' ').trim()
}

/** Leaves nothing that could be told apart or put back. */
export const maskOf = (kind: string): string => `[${kind.toUpperCase()}]`
