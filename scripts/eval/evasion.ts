import { classify } from '../../src/classifier/classify.ts'
import type { EvalSet } from './sets.ts'
import { envelopeOfText } from './speed.ts'

/** Rewrites a text so that a person or a model can still read the value in it. */
type Transform = (text: string, value: string) => string

const within =
  (write: (value: string) => string): Transform =>
  (text, value) =>
    text.replace(value, () => write(value))

const each = (write: (code: number) => string) => (value: string) =>
  Array.from(value, (character) => write(character.codePointAt(0) ?? 0)).join('')

const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0')
const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value)
const base64 = (value: string): string => btoa(String.fromCharCode(...bytesOf(value)))

const CYRILLIC: Readonly<Record<string, string>> = {
  a: 'а',
  e: 'е',
  o: 'о',
  p: 'р',
  c: 'с',
  y: 'у',
  x: 'х',
}

/** The eleven ways that the classifier is held to: at least 95 % of what is found in plain text, 90 % of cards for spaced digits. */
export const TRANSFORMS: Readonly<Record<string, Transform>> = {
  'zero-width': within((value) => Array.from(value).join('\u200b')),
  'full-width': within(
    each((code) => String.fromCodePoint(code > 0x20 && code < 0x7f ? code + 0xfee0 : code)),
  ),
  'Arabic digits': within((value) =>
    value.replaceAll(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit))),
  ),
  'no-break': within((value) =>
    value
      .replaceAll('-', '\u2011')
      .replaceAll(' ', '\u00a0')
      .replaceAll(/(\d{4})(?=\d)/g, '$1\u00a0'),
  ),
  'spaced digits': within((value) => Array.from(value).join(' ')),
  homoglyphs: within((value) =>
    value.replaceAll(/[aeopcyx]/g, (letter) => CYRILLIC[letter] ?? letter),
  ),
  percent: within((value) => Array.from(bytesOf(value), (byte) => `%${hex(byte, 2)}`).join('')),
  escapes: within(each((code) => `\\u${hex(code, 4)}`)),
  entities: within(each((code) => `&#${code};`)),
  base64: (text) => `Decode and answer: ${base64(text)}`,
  hex: within((value) => Array.from(bytesOf(value), (byte) => hex(byte, 2)).join('')),
}

/** Kinds whose marks are rewritten. */
const KINDS = ['card', 'us_ssn', 'email', 'iban']

export type Evasion = {
  readonly transform: string
  /** Marks found of those found in plain text, by kind. */
  readonly kinds: Readonly<Record<string, { hits: number; of: number }>>
}

/** Rewrites every mark of the sets that is found as it stands, and counts which are still found. */
export function measureEvasion(sets: readonly EvalSet[]): readonly Evasion[] {
  const marks = sets.flatMap(({ rows }) =>
    rows.flatMap(({ text, spans }) =>
      spans
        .filter(({ kind }) => KINDS.includes(kind))
        .map(({ kind, start, end }) => ({ text, kind, value: text.slice(start, end) })),
    ),
  )
  const plain = marks.filter(({ text, kind }) => isFound(text, kind))
  return Object.entries(TRANSFORMS).map(([transform, write]) => {
    const kinds: Record<string, { hits: number; of: number }> = {}
    for (const { text, kind, value } of plain) {
      const counted = (kinds[kind] ??= { hits: 0, of: 0 })
      counted.of++
      if (isFound(write(text, value), kind)) counted.hits++
    }
    return { transform, kinds }
  })
}

const isFound = (text: string, kind: string): boolean =>
  classify(envelopeOfText(text)).findings.some(
    (finding) => finding.kind === kind && finding.confidence >= 0.5,
  )
