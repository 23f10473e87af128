import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { isWordCode } from '../characters.ts'
import { classOf, type NameClass } from './secret-names.ts'
import { confidenceOf, type Style } from './secret-values.ts'
import { SERVICES } from './secret-services.ts'

const NAME_MAX = 48
const VALUE_MAX = 256
const VALUE_MIN = 6
/** Columns of names and values are lined up with spaces. */
const SPACES_MAX = 40
/** A word that promises a credential stands in the name, or right before it. */
const NEAR = 40

/** The name of a service stands in the name. */
const SERVICE_NEAR = 16
/** Names that hold the value of what is named before, and how far before. */
const HOLDER = /^(?:value|default|val)$/i
const HOLDER_NEAR = 72

/** `password = "…"`, `API_KEY: …`, and the value of a JSON key of such a name. */
export const assignment: Detector = {
  name: 'assignment',
  marks: '=:',
  atMark: (scan, at) => {
    const { text } = scan
    if (!isPromising(scan, at)) return
    const from = valueStart(text, at + 1)
    if (from < 0) return
    // A sign inside a value that has been judged assigns nothing: each text is read once.
    if (scan.distance('assignment.value', at) <= 0) return
    scan.spend(from - at)
    const quote = quoteAt(text, from - 1)
    const name = nameEnd(text, at)
    const start = nameStart(text, name)
    scan.spend(at - start)
    if (start === name) return
    const isParameter = start > 0 && '?&#'.includes(text.charAt(start - 1))
    const to = quote === 0 ? bareEnd(text, from, isParameter) : quotedEnd(text, from, quote)
    scan.spend(to - from)
    if (to - from < VALUE_MIN) return
    scan.note('assignment.value', to)
    judge(scan, start, name, from, to, styleOf(text, at, start, quote, to))
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
    const kind = classOf(scan.key, '', scan.distance('service', 0) <= NAME_MAX)
    report(scan, kind, 0, text.length, 'quoted')
  },
}

/** A word for a credential or the name of a service stands shortly before, or the name ends like such a word. */
const isPromising = (scan: Scan, at: number): boolean =>
  scan.distance('secret', at) <= NEAR ||
  scan.distance('service', at) <= SERVICE_NEAR ||
  endsLikeSecret(scan.text, at) ||
  (scan.distance('secret', at) <= HOLDER_NEAR &&
    /(?:value|default|val)["']?\s?$/i.test(scan.text.slice(Math.max(0, at - 10), at)))

function styleOf(text: string, at: number, start: number, quote: number, to: number): Style {
  if (quote !== 0) return 'quoted'
  const before = text.charCodeAt(start - 1)
  // The quotes may stand around name and value: `-H "X-Api-Key: …"`.
  if (quoteAt(text, start - 1) !== 0 && before === text.charCodeAt(to)) return 'quoted'
  // `User Id=sa;Password=…;`, `DB_PASSWORD=…` at the start of a line: no code is written so.
  if (text.charCodeAt(at) !== 0x3d || text.charCodeAt(at + 1) <= 0x20) return 'bare'
  const isLine =
    start === 0 ||
    before === 0x0a ||
    /(?:^|\n)[ \t]{0,8}(?:# ?|- ?|export |set |ENV |env )?$/.test(
      text.slice(Math.max(0, start - 16), start),
    )
  return before === 0x3b || (isLine && /^[A-Z][A-Z0-9_]*$/.test(text.slice(start, at)))
    ? 'setting'
    : 'bare'
}

function judge(
  scan: Scan,
  start: number,
  end: number,
  from: number,
  to: number,
  style: Style,
): void {
  if (scan.claimedTo > from) return
  const { text } = scan
  // `-Dsonar.login=…` of Java.
  const name = text.slice(start, end).replace(/^-{1,2}D?/, '')
  if (HOLDER.test(name)) {
    report(
      scan,
      classOfHeld(scan, text.slice(Math.max(0, start - HOLDER_NEAR), start)),
      from,
      to,
      style,
    )
    return
  }
  const hasService = scan.distance('service', from) <= NAME_MAX + 8
  const kind = classOf(name, wordBefore(text, start), hasService)
  // `?key=…`, as the addresses of services are signed.
  const isSigned = kind === 'maybe' && start > 0 && '?&'.includes(text.charAt(start - 1))
  report(scan, isSigned ? 'likely' : kind, from, to, style)
}

/** `name: DB_PASSWORD, value: …`: what the name before says. */
function classOfHeld(scan: Scan, before: string): NameClass {
  scan.spend(before.length)
  const names = before.match(/[A-Za-z_][\w.-]{2,47}/g) ?? []
  const classes = names.slice(-4).map((name) => classOf(name, '', false))
  return classes.findLast((kind) => kind === 'password' || kind === 'key') ?? 'none'
}

function report(scan: Scan, kind: NameClass, from: number, to: number, style: Style): void {
  const confidence = confidenceOf(kind, scan.text.slice(from, to), style)
  if (confidence > 0) scan.claim('secret', from, to, confidence)
}

/** The word that stands before the name, a space between: `api` of `API key`. */
export function wordBefore(text: string, start: number): string {
  if (text.charCodeAt(start - 1) !== 0x20) return ''
  let from = start - 1
  while (from > 0 && from > start - 16 && isWordCode(text.charCodeAt(from - 1))) from--
  return text.slice(from, start - 1).toLowerCase()
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
  // `https://`, `std::string`
  if (text.charCodeAt(after - 1) === 0x3a && (first === 0x2f || first === 0x3a)) return -1
  const spaces = at
  let hasBreak = false
  while (at < spaces + SPACES_MAX && isSpace(text.charCodeAt(at))) {
    hasBreak ||= text.charCodeAt(at) === 0x0a
    at++
  }
  // C# verbatim strings, Python bytes and raw strings, C++ wide strings.
  if ('@brRuL'.includes(text.charAt(at)) && quoteAt(text, at + 1) !== 0) at++
  if (text.charCodeAt(at) === 0x5c && quoteAt(text, at + 1) !== 0) at++
  if (quoteAt(text, at) !== 0) return at + 1
  return isCompared || hasBreak ? -1 : at
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0a

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
    if (text.charCodeAt(at) === 0x26 && (isParameter || PARAMETER.test(text.slice(at, at + 24))))
      break
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

/** The next one in a query: `&state=`. */
const PARAMETER = /^&[\w.-]{1,20}=/

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

/** Behind the identifier in front of the sign: quotes, brackets and spaces lie between, and the number in `Key 2:`. */
function nameEnd(text: string, at: number): number {
  const stop = Math.max(0, at - SPACES_MAX)
  let end = at
  while (end > stop && ' "\'`]):!\\\t'.includes(text.charAt(end - 1))) end--
  if (/\d/.test(text.charAt(end - 1)) && text.charAt(end - 2) === ' ') end -= 2
  return end
}

function nameStart(text: string, end: number): number {
  const stop = Math.max(0, end - NAME_MAX)
  let start = end
  while (start > stop && isName(text.charCodeAt(start - 1))) start--
  return start
}

const isName = (code: number): boolean =>
  isWordCode(code) || code === 0x2d || code === 0x2e || (code >= 0xc0 && code <= 0x24f)
