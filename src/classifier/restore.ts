/**
 * Puts values back where an answer holds their placeholders, in text that arrives in pieces.
 *
 * Models write placeholders as they like: in another case, without the brackets, with the underscore escaped for Markdown or
 * replaced by a space. All of these are recognised; a placeholder that was never given stays as it is.
 */
export type Restorer = {
  /** What can be told now. Holds back an end that may be the beginning of a placeholder. */
  readonly push: (text: string) => string
  /** The rest. */
  readonly end: () => string
}

/** How a value is written where it goes: as it is, or inside a JSON string. */
export type Escape = (value: string) => string

export const plain: Escape = (value) => value
export const insideJson: Escape = (value) => JSON.stringify(value).slice(1, -1)

type Matcher = {
  /** Values by the letters of their placeholder, in small letters: `emailkvrtb`. */
  readonly values: ReadonlyMap<string, string>
  readonly pattern: RegExp
  /** All beginnings of those letters. */
  readonly beginnings: ReadonlySet<string>
  readonly lengthMax: number
}

/** A brackets, its escape and what stands between the kind and the code add at most so much to the letters. */
const EXTRA_CHARACTERS = 8

/** Opens one stream of text; each choice, each tool call and the reasoning have their own. */
export function openRestorer(
  values: ReadonlyMap<string, string>,
  escape: Escape = plain,
): Restorer {
  const matcher = matcherOf(values)
  if (matcher === undefined) return { push: (text) => text, end: () => '' }
  let held = ''
  /** Stands for the character before what is held: a placeholder does not begin inside a word. */
  let before: ' ' | '0' = ' '
  const release = (text: string): string => {
    const restored = replaceAll(before + text, matcher, escape).slice(1)
    before = isWord(text.at(-1) ?? before) ? '0' : ' '
    return restored
  }
  return {
    push: (text) => {
      const whole = held + text
      const keep = heldLength(before + whole, matcher)
      held = whole.slice(whole.length - keep)
      return release(whole.slice(0, whole.length - keep))
    },
    end: () => {
      const rest = release(held)
      held = ''
      return rest
    },
  }
}

/** A whole text with its values put back. */
export function restoreText(
  text: string,
  values: ReadonlyMap<string, string>,
  escape: Escape = plain,
): string {
  const matcher = matcherOf(values)
  return matcher === undefined ? text : replaceAll(text, matcher, escape)
}

/** Matchers of the values that were asked for last: all streams of a request share one map. */
const matchers = new WeakMap<ReadonlyMap<string, string>, Matcher>()

function matcherOf(values: ReadonlyMap<string, string>): Matcher | undefined {
  if (values.size === 0) return undefined
  const known = matchers.get(values)
  if (known !== undefined && known.values.size === values.size) return known
  const byLetters = new Map<string, string>()
  const beginnings = new Set<string>()
  let lengthMax = 0
  const patterns: string[] = []
  for (const [placeholder, value] of values) {
    const [kind = '', code = ''] = partsOf(placeholder)
    const letters = lettersOf(kind + code)
    byLetters.set(letters, value)
    for (let length = 1; length <= letters.length; length++)
      beginnings.add(letters.slice(0, length))
    lengthMax = Math.max(lengthMax, placeholder.length + EXTRA_CHARACTERS)
    patterns.push(`${kind.replaceAll('_', GAP)}${GAP}${code}`)
  }
  // The longest first: a code may begin with another one.
  patterns.sort((a, b) => b.length - a.length)
  const pattern = new RegExp(
    `${OPEN}(?<![\\p{L}\\p{N}_])(${patterns.join('|')})(?![\\p{L}\\p{N}_])${CLOSE}`,
    'giu',
  )
  const matcher: Matcher = { values: byLetters, pattern, beginnings, lengthMax }
  matchers.set(values, matcher)
  return matcher
}

/** What may stand for the underscore, and for the brackets. */
const GAP = String.raw`(?:\\{0,2}[_ -])?`
const OPEN = String.raw`(?:\\{0,2}\[)?`
const CLOSE = String.raw`(?:\\{0,2}\])?`

const partsOf = (placeholder: string): string[] => {
  const name = placeholder.slice(1, -1)
  const at = name.lastIndexOf('_')
  return [name.slice(0, at), name.slice(at + 1)]
}

const lettersOf = (text: string): string => text.replaceAll(/[^A-Za-z]/g, '').toLowerCase()

const replaceAll = (text: string, { pattern, values }: Matcher, escape: Escape): string =>
  text.replaceAll(pattern, (match: string, name: string) => {
    const value = values.get(lettersOf(name))
    return value === undefined ? match : escape(value)
  })

/** Length of the longest end, the first character aside, that more text could make a placeholder of, or a longer one. */
function heldLength(text: string, { beginnings, lengthMax }: Matcher): number {
  const from = Math.max(1, text.length - lengthMax)
  for (let at = from; at < text.length; at++) {
    if (isWordCode(text.charCodeAt(at - 1)) && isWordCode(text.charCodeAt(at))) continue
    if (mayBegin(text.slice(at), beginnings)) return text.length - at
  }
  return 0
}

const BEGINNING = /^\\{0,2}\[?(?![_ -])[A-Za-z]*(?:\\{0,2}[_ -]?[A-Za-z]*)*\\{0,2}\]?$/

function mayBegin(tail: string, beginnings: ReadonlySet<string>): boolean {
  if (tail.length > 80 || !BEGINNING.test(tail)) return false
  const letters = lettersOf(tail)
  return letters === '' ? tail.startsWith('[') || tail.startsWith('\\') : beginnings.has(letters)
}

const isWord = (character: string): boolean => /[\p{L}\p{N}_]/u.test(character)

const isWordCode = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x5f
