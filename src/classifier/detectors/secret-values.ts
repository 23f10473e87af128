import {
  isPlaceholder,
  isPlaceholderToken,
  isTestPassword,
  isWordy,
} from '../validators/placeholder.ts'
import { digitCount, isHex, isRandom, isUuid } from '../validators/randomness.ts'
import type { NameClass } from './secret-names.ts'

const PASSWORD_MIN = 6
const PASSWORD_MAX = 128
const KEY_MIN = 16
const SHORT_KEY_MIN = 10
const MAYBE_MIN = 20
/** Different signs in a chosen secret. */
const SIGNS_MIN = 4

/** How a value is written: between quotes, in a line of settings, or bare, where it may as well be a piece of code. */
export type Style = 'quoted' | 'setting' | 'bare'

/** How likely the value of a name of this class is a credential; 0 if it is none. */
export function confidenceOf(name: NameClass, value: string, style: Style): number {
  if (value.length < PASSWORD_MIN || isCode(value, name !== 'maybe' && style === 'quoted')) {
    return 0
  }
  switch (name) {
    case 'password':
      return ofPassword(value, style)
    case 'key':
      return ofKey(value, style)
    case 'service':
      return ofService(value, style)
    case 'likely':
      return Math.max(ofLikely(value, style), ofMaybe(value))
    case 'maybe':
      return ofMaybe(value)
    case 'none':
      return 0
  }
}

function ofPassword(value: string, style: Style): number {
  if (value.length > PASSWORD_MAX || isPlaceholder(value) || isTestPassword(value)) return 0
  if (style === 'bare' && /^[A-Za-z_][\w-]*$/.test(value) && isWordy(value)) return 0
  if (/\d/.test(value)) {
    if (/^[\d.,:/-]+$/.test(value)) return value.length > 7 && style === 'quoted' ? 0.5 : 0
    return 0.75
  }
  if (!/[A-Za-z]/.test(value)) return 0
  if (style === 'setting') return /^[A-Z_]+$/.test(value) ? 0 : 0.55
  if (/[!@#$%^&*?~+]/.test(value)) return isLabel(value) || style === 'bare' ? 0 : 0.6
  return value.length >= 12 && value.length <= 40 && isMixed(value) ? 0.6 : 0
}

/** `Contraseña*`, `#add-password`, `users/passwords`, `Required!`: texts and addresses. */
const isLabel = (value: string): boolean =>
  /^[#.@/&?*]|\/|^\p{Lu}?\p{Ll}+[!?*:.]{1,3}$/u.test(value)

/** Letters whose case changes as only chance does: not `someLongName`. */
const isMixed = (value: string): boolean =>
  /[a-z]/.test(value) && /[A-Z]/.test(value) && !isWordy(value) && !/[\s/.,;]/.test(value)

/** `postmark: "…"`: only what can be nothing but a key, or an id of that shape. */
function ofService(value: string, style: Style): number {
  if (value.length < MAYBE_MIN || /[:/|.@]/.test(value)) return 0
  return style === 'bare' && !isHex(value) ? 0 : Math.min(0.6, ofKey(value, style))
}

function ofKey(value: string, style: Style): number {
  if (!TOKEN.test(value)) return style === 'quoted' ? ofPhrase(value) : 0
  if (value.length < KEY_MIN) return ofShortKey(value, style)
  if (isUuid(value)) return isPlaceholderToken(value) ? 0 : 0.65
  if (isPlaceholder(value) || isPath(value)) return 0
  if (style === 'bare' && isIdentifier(value)) return 0
  if (isRandom(value)) {
    return isHex(value) && value.length < 20 ? (style === 'bare' ? 0.45 : 0.55) : 0.8
  }
  return style === 'quoted' && value.length >= 20 && isMixed(value) ? 0.6 : 0
}

/** A variable, as far as one can tell: digits in at most two places, and perhaps dots. */
const isIdentifier = (value: string): boolean =>
  /^[A-Za-z_][\w.]*$/.test(value) && (value.match(/\d+/g)?.length ?? 0) < 3

function ofShortKey(value: string, style: Style): number {
  if (value.length < SHORT_KEY_MIN || isPlaceholder(value)) return 0
  if (style === 'bare' && (isHex(value) || isIdentifier(value))) return 0
  if (isTestPassword(value) || isWordy(value) || !isRandom(value)) return 0
  return digitCount(value) >= 2 && /[a-z]/.test(value) && /[A-Z]/.test(value) ? 0.55 : 0
}

/** A secret that somebody chose: long, and full of signs that no name has. */
function ofPhrase(value: string): number {
  if (value.length < KEY_MIN || /\s/.test(value) || isPlaceholder(value)) return 0
  const signs = new Set(value.replaceAll(/[\w./:,-]/g, '')).size
  return signs >= SIGNS_MIN && /[A-Za-z]/.test(value) ? 0.6 : 0
}

/** `acme_token: "…"`: also in hexadecimal, small letters or capitals alone, as hashes and ids are written as well. */
function ofLikely(value: string, style: Style): number {
  if (!TOKEN.test(value) || value.length < MAYBE_MIN) return 0
  if (isUuid(value)) return isPlaceholderToken(value) ? 0 : 0.5
  if (isPlaceholder(value) || !/^[A-Za-z0-9]+$/.test(value) || digitCount(value) < 3) return 0
  if (isHex(value)) return value.length >= 24 && isRandom(value) ? 0.55 : 0.4
  if (style === 'bare' && isIdentifier(value)) return 0.45
  return isRandom(value) ? 0.55 : 0
}

function ofMaybe(value: string): number {
  if (value.length < MAYBE_MIN || !TOKEN.test(value) || isUuid(value)) return 0
  if (isPlaceholder(value) || isPath(value) || !isRandom(value) || digitCount(value) < 2) return 0
  // A hash as often as a key.
  if (isHex(value)) return 0.4
  if (isIdentifier(value)) return 0.45
  if (/[a-z]/.test(value) && /[A-Z]/.test(value)) return 0.6
  return value.length >= 40 && /^[a-z0-9_]+$/.test(value) ? 0.6 : 0.45
}

const TOKEN = /^[A-Za-z0-9_\-+/=.~:|%$!@#&*^]{6,256}$/

/** `uploads/2024/report-12.pdf`: pieces that are words or numbers. */
const isPath = (value: string): boolean =>
  value.includes('/') &&
  value.split(/[/.]/).every((piece) => piece === '' || /^\d{1,8}$/.test(piece) || isWordy(piece))

/** Calls, subscripts, variables, addresses, dotted names, types. A password in quotes may hold brackets, if they are no code's. */
const isCode = (value: string, mayHoldBrackets: boolean): boolean =>
  (/^[A-Za-z_]\w{0,40}(?:\??\.[A-Za-z_]\w{0,40}){1,8}$/.test(value) && isWordy(value)) ||
  (mayHoldBrackets ? CODE_IN_QUOTES : BRACKET).test(value) ||
  /^\$|^%\w|^&|^\/[a-z]|^\.{1,2}\/|^[a-z+]{2,12}:\/\/|^urn:|::|->|=>|^@[a-z-]+\/|^0x[0-9a-fA-F]{1,16}[uUlL]{0,3}$|^<|^-|\\[nxu]/.test(
    value,
  )
const BRACKET = /[()[\]{}]/
/** `getPassword()`, `config['password']`, `$(pass show x)`, patterns such as `^[a-z]{8}$`. */
const CODE_IN_QUOTES =
  /\w\(["'\w.,]{0,40}\)|\w\[["'\w]{0,40}\]|\$\(|^[\^[({]|[\])}][+*?]|\{\d{1,4}(?:,\d{0,4})?\}|\{[A-Za-z_]\w{2,40}\}|\[[^\]]{0,40}\]$/
