import type { RuleName } from '../levels.ts'

/** A number that a state, a bank or an office gives, and how to know it. */
export type IdFormat = {
  /** Country and number: `pl.pesel`. */
  readonly name: string
  readonly rule: RuleName
  /** ISO 3166-1 alpha-2; '' if it is of no one country. */
  readonly country: string
  /** Of the number without separators, in capitals. */
  readonly pattern: RegExp
  /** Its lengths without separators. */
  readonly lengths: readonly number[]
  /** Check digits, dates and ranges. Without it the number is known by its words alone. */
  readonly check: ((code: string) => boolean) | undefined
  /** Names of the number in its country's languages: in front of it they make it certain. */
  readonly words: readonly string[]
  /** The same in scripts that the lexicon doesn't know. */
  readonly farWords: RegExp | undefined
  /** A way of writing it that nothing else has, and how sure it is without any word. */
  readonly layout: RegExp | undefined
  readonly alone: number
  /** Possible if a text holds nothing else. */
  readonly isBare: boolean
  /** When bare, it must be written in its layout; or in its layout or one piece. Other numbers pass its check too often. */
  readonly weak: 'layout' | 'piece' | undefined
}

type Options = {
  readonly rule?: RuleName
  readonly check?: (code: string) => boolean
  readonly words: string
  readonly far?: RegExp
  readonly layout?: RegExp
  readonly alone?: number
  /** By default what has a check is possible when bare. */
  readonly bare?: boolean
  readonly weak?: 'layout' | 'piece'
}

/** `words` are parted by commas. */
export const id = (
  name: string,
  lengths: readonly number[],
  pattern: RegExp,
  { rule = 'national-id', check, words, far, layout, alone = 0, bare, weak }: Options,
): IdFormat => ({
  name,
  rule,
  country: name.slice(0, 2) === 'xx' ? '' : name.slice(0, 2).toUpperCase(),
  pattern,
  lengths,
  check,
  words: words === '' ? [] : words.split(',').map((word) => word.trim()),
  farWords: far,
  layout,
  alone,
  isBare: bare ?? check !== undefined,
  weak,
})

/** A layout, looked for where a number begins; it ends where no letter or digit goes on. */
export const layout = (source: string): RegExp => new RegExp(`(?:${source})(?![A-Za-z0-9_])`, 'iy')
