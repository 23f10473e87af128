/** A credential that its first characters give away. */
export type SecretFormat = {
  /** At least three characters. */
  readonly prefix: string
  /** Offset behind the least that must follow the prefix, which ends at `at`; -1 if something else follows. Looks no further. */
  readonly least: (text: string, at: number) => number
  /** Offset behind all that belongs to it. */
  readonly rest: (text: string, at: number) => number
  readonly confidence: number
  /** Its length is open or its alphabet holds a hyphen, so that a name might look like it: words rule it out. */
  readonly isLoose: boolean
}

/** Characters that a token is made of: 1 by code. */
export type Alphabet = Uint8Array

const alphabet = (members: string): Alphabet => {
  const set = new Uint8Array(128)
  for (const member of members) set[member.charCodeAt(0)] = 1
  return set
}

const DIGITS = '0123456789'
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const SMALL = CAPITALS.toLowerCase()
export const HEX = alphabet(`${DIGITS}abcdef`)
export const ANY_HEX = alphabet(`${DIGITS}abcdefABCDEF`)
export const UPPER = alphabet(`${DIGITS}${CAPITALS}`)
export const LOWER = alphabet(`${DIGITS}${SMALL}`)
export const WORD = alphabet(`${DIGITS}${CAPITALS}${SMALL}`)
export const SNAKE = alphabet(`${DIGITS}${CAPITALS}${SMALL}_`)
export const DASHED = alphabet(`${DIGITS}${CAPITALS}${SMALL}-`)
export const BASE64URL = alphabet(`${DIGITS}${CAPITALS}${SMALL}_-`)
export const BASE64 = alphabet(`${DIGITS}${CAPITALS}${SMALL}+/=`)
/** Base64url with padding. */
export const PADDED = alphabet(`${DIGITS}${CAPITALS}${SMALL}_-=`)
export const DOTTED = alphabet(`${DIGITS}${CAPITALS}${SMALL}_-.=`)
/** All that occurs in tokens without spaces or quotes. */
export const OPAQUE = alphabet(`${DIGITS}${CAPITALS}${SMALL}_-.=+/~,:|%`)
export const BASE32 = alphabet(`${CAPITALS}234567`)
export const UUID = alphabet(`${DIGITS}abcdefABCDEF-`)

/** Longest token: a PyPI token with many caveats is under 1,000 characters, a Google one under 2,048. */
const REST_MAX = 4_000

/** Offset behind the run of members that begins at `from`, `max` characters at most. */
export function runEnd(text: string, from: number, members: Alphabet, max: number): number {
  const stop = Math.min(text.length, from + max)
  let at = from
  while (at < stop && members[text.charCodeAt(at)] === 1) at++
  return at
}

/** A token goes on with a letter, a digit or an underscore; what follows a whole one is anything else. */
const goesOn = (text: string, at: number): boolean =>
  at < text.length && SNAKE[text.charCodeAt(at)] === 1

const SURE = 0.95

/** Exactly `length` characters. */
export const exact = (prefix: string, members: Alphabet, length: number): SecretFormat =>
  between(prefix, members, length, length)

/** From `min` to `max` characters. */
export const between = (
  prefix: string,
  members: Alphabet,
  min: number,
  max: number,
): SecretFormat => ({
  prefix,
  least: (text, at) => {
    const end = runEnd(text, at, members, max)
    return end - at < min || goesOn(text, end) ? -1 : end
  },
  rest: (_text, at) => at,
  confidence: SURE,
  isLoose: min !== max || members === BASE64URL || members === DASHED,
})

/** At least `min` characters. */
export const atLeast = (
  prefix: string,
  members: Alphabet,
  min: number,
  confidence = SURE,
): SecretFormat => ({
  prefix,
  least: (text, at) => {
    const end = runEnd(text, at, members, min)
    return end - at < min ? -1 : end
  },
  rest: (text, at) => runEnd(text, at, members, REST_MAX),
  confidence,
  isLoose: true,
})

/** What a bounded, sticky expression says. */
export const shaped = (prefix: string, body: RegExp, confidence = SURE): SecretFormat => ({
  prefix,
  least: (text, at) => {
    body.lastIndex = at
    return body.test(text) ? body.lastIndex : -1
  },
  rest: (_text, at) => at,
  confidence,
  isLoose: false,
})

/** The same for several prefixes. */
export const each = (
  prefixes: string,
  make: (prefix: string) => SecretFormat,
): readonly SecretFormat[] => prefixes.split(' ').map(make)
