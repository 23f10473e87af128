import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { isWordCode } from '../characters.ts'
import { classOf } from './secret-names.ts'
import { confidenceOf } from './secret-values.ts'
import { SERVICES } from './secret-services.ts'

const NAME_MAX = 48
const VALUE_MAX = 256
const VALUE_MIN = 6
/** A word that promises a credential stands in the name, or right before it. */
const NEAR = 40

/** `password = "…"`, `API_KEY: …`, and the value of a JSON key of such a name. */
export const assignment: Detector = {
  name: 'assignment',
  marks: '=:',
  atMark: (scan, at) => {
    const { text } = scan
    if (scan.distance('secret', at) > NEAR && !endsLikeSecret(text, at)) return
    const from = valueStart(text, at + 1)
    if (from < 0) return
    // A sign inside a value that has been judged assigns nothing: each text is read once.
    if (scan.distance('assignment.value', at) <= 0) return
    const quote = from > 0 ? quoteAt(text, from - 1) : 0
    const name = nameBefore(text, at)
    scan.spend(name.length + 4)
    const to =
      quote === 0 ? bareEnd(text, from, isInUrl(text, at, name)) : quotedEnd(text, from, quote)
    scan.spend(to - from)
    if (to - from < VALUE_MIN || name === '') return
    scan.note('assignment.value', to)
    judge(scan, name, from, to, quote === 0 ? 'bare' : 'quoted')
  },
  contexts: {
    secret:
      `password passwd pwd pass passphrase passwort kennwort contraseña senha wachtwoord hasło secret secrets token tokens
       key keys apikey credential credentials creds authorization auth pat bearer jwt sas webhook login salt hash dsn
       code pw`.split(/\s+/),
    service: SERVICES,
    'assignment.value': [],
  },
  atEnd: (scan) => {
    if (scan.kind !== 'string' || scan.key === '' || scan.key.length > NAME_MAX) return
    const { text } = scan
    if (text.length < VALUE_MIN || text.length > VALUE_MAX || /\s/.test(text)) return
    if (scan.distance('secret', 0) > NEAR && !endsLikeSecret(scan.key, scan.key.length)) return
    scan.spend(text.length)
    judge(scan, scan.key, 0, text.length, 'quoted')
  },
}

function judge(scan: Scan, name: string, from: number, to: number, style: 'quoted' | 'bare'): void {
  if (scan.claimedTo > from) return
  const kind = classOf(name, scan.distance('service', from) <= NAME_MAX + 8)
  const value = scan.text.slice(from, to)
  const confidence = confidenceOf(kind, value, style)
  if (confidence > 0) scan.claim('secret', from, to, confidence)
}

/** Last two letters of words that promise a credential even when glued to others: a quick no for every other sign. */
const ENDINGS = new Set('rd wd se de rt ña pe ha ło ss ds es ts et en ey ns ys al ls'.split(' '))

function endsLikeSecret(text: string, at: number): boolean {
  let end = at
  while (end > 1 && end > at - 3 && !isName(text.charCodeAt(end - 1))) end--
  return end > 1 && ENDINGS.has(text.slice(end - 2, end).toLowerCase())
}

/** Past `:=`, `=>`, `==`, spaces and an opening quote; -1 for a comparison with no literal, a URL or the end of a line. */
function valueStart(text: string, after: number): number {
  let at = after
  const first = text.charCodeAt(at)
  const isCompared = first === 0x3d
  while (at < after + 2 && (text.charCodeAt(at) === 0x3d || text.charCodeAt(at) === 0x3e)) at++
  if (text.charCodeAt(at) === 0x2f && text.charCodeAt(at - 1) === 0x3a) return -1
  const spaces = at
  while (at < spaces + 4 && (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x09)) at++
  // C# verbatim strings, Python bytes and raw strings, C++ wide strings.
  if ('@brRuL'.includes(text.charAt(at)) && quoteAt(text, at + 1) !== 0) at++
  if (text.charCodeAt(at) === 0x5c && quoteAt(text, at + 1) !== 0) at++
  if (quoteAt(text, at) !== 0) return at + 1
  return isCompared ? -1 : at
}

/** The quote at `at`; 0 if there is none. */
function quoteAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code === 0x22 || code === 0x27 || code === 0x60 ? code : 0
}

/** To the closing quote; nothing if a space or the end of the line comes first. */
function quotedEnd(text: string, from: number, quote: number): number {
  const stop = Math.min(text.length, from + VALUE_MAX)
  let at = from
  while (at < stop) {
    const code = text.charCodeAt(at)
    if (code === quote || code === 0x5c) return at
    if (code <= 0x20) return from
    at++
  }
  return at
}

/** To white space and what ends a value in code, whichever comes first. */
function bareEnd(text: string, from: number, isParameter: boolean): number {
  const stop = Math.min(text.length, from + VALUE_MAX)
  let at = from
  while (at < stop && !isEnd(text.charCodeAt(at))) {
    if (isParameter && text.charCodeAt(at) === 0x26) break
    at++
  }
  // The end of a sentence, not of a value.
  while (
    at > from &&
    '.!?'.includes(text.charAt(at - 1)) &&
    at - from > 8 &&
    text.charAt(at - 1) === '.'
  )
    at--
  return at
}

const isEnd = (code: number): boolean =>
  code <= 0x20 ||
  code === 0x22 ||
  code === 0x27 ||
  code === 0x60 ||
  code === 0x2c ||
  code === 0x3b ||
  code === 0x5c ||
  code === 0x3c ||
  code === 0x3e

/** A parameter of an address: `?token=…&`. */
const isInUrl = (text: string, at: number, name: string): boolean => {
  const before = text.charCodeAt(at - name.length - 1)
  return before === 0x3f || before === 0x26
}

/** The identifier in front of the sign, at most three quotes, brackets or spaces away. */
function nameBefore(text: string, at: number): string {
  let end = at
  while (end > at - 4 && end > 0 && ' "\'`]):!\\\t'.includes(text.charAt(end - 1))) end--
  let start = end
  const stop = Math.max(0, end - NAME_MAX)
  while (start > stop && isName(text.charCodeAt(start - 1))) start--
  return text.slice(start, end)
}

const isName = (code: number): boolean =>
  isWordCode(code) || code === 0x2d || code === 0x2e || (code >= 0xc0 && code <= 0x24f)
