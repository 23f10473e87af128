import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { isWordCode } from '../characters.ts'
import { entropyBits } from '../validators/entropy.ts'
import { isPlaceholder } from '../validators/placeholder.ts'

const NAME_MAX = 48
const VALUE_MAX = 256
const PASSWORD_MIN = 6
/** Shorter values of a "key" or "token" are words, ids and numbers. */
const TOKEN_MIN = 16
/** Bits per character. Random base62 of 20 characters has about 4, English words under 3. */
const ENTROPY_MIN_BITS = 3

const PASSWORD =
  /(?:^|[^a-z])(?:pass(?:word|wd|phrase|code)?|pwd|passwort|contraseña|motdepasse|mot de passe|senha|wachtwoord|hasło|db_?pass)s?$|password$|passwd$/i
const TOKEN =
  /(?:secret|token|api[_. -]?key|apikey|access[_-]?key|auth[_-]?key|private[_-]?key|client[_-]?secret|credentials?|signing[_-]?key|encryption[_-]?key|account[_-]?key|(?:^|[^a-z])auth|authorization|bearer|webhook[_-]?key|license[_-]?key|secret[_-]?key|(?:^|[_.-])key)(?:[_-]?(?:value|base64|string))?$/i
/** Names that end like a credential's and hold none. */
const NO_SECRET =
  /(?:max|num|min|total|n|completion|prompt|input|output|cached?|next|page|eos|bos|pad|unk|stop|special|public|foreign|primary|sort|partition|cache|csrf)[_ -]?(?:tokens?|keys?)$/i

const SPOKEN = [
  'password',
  'passwort',
  'passphrase',
  'passcode',
  'pwd',
  'contraseña',
  'mot de passe',
  'wachtwoord',
  'senha',
]
/** `password is hunter2!`, `password for the portal is …`. */
const SAID =
  /(?: (?:for|to|of)(?: [\w-]{1,20}){1,4})? (?:is|was|ist|lautet|es|est) ["'`]?(\S{6,64})/iy

/** `password = "…"`, `API_KEY: …`, and the value of a JSON key of such a name. */
export const assignment: Detector = {
  name: 'assignment',
  marks: '=:',
  atMark: (scan, at) => {
    const { text } = scan
    if (!endsLikeSecret(text, at)) return
    const from = valueStart(text, at + 1)
    if (from < 0) return
    // A sign inside a value that has been judged assigns nothing: each text is read once.
    if (scan.distance('assignment.value', at) <= 0) return
    const to = valueEnd(text, from)
    scan.spend(to - from + 4)
    if (to - from < PASSWORD_MIN) return
    const name = nameBefore(text, at)
    scan.spend(name.length)
    scan.note('assignment.value', to)
    judge(scan, name, from, to)
  },
  words: SPOKEN,
  atWord: (scan, _start, end) => {
    scan.spend(32)
    SAID.lastIndex = end
    const value = SAID.exec(scan.text)?.[1]?.replace(/[.,;:!?)"'`]{1,3}$/, '')
    if (
      value === undefined ||
      value.length < PASSWORD_MIN ||
      !/\d/.test(value) ||
      !isPassword(value)
    )
      return
    const from = SAID.lastIndex - value.length
    const start = scan.text.lastIndexOf(value, from)
    scan.claim('secret', start, start + value.length, 0.7)
  },
  contexts: {
    secret: [
      'password',
      'passwd',
      'pwd',
      'passphrase',
      'secret',
      'token',
      'key',
      'apikey',
      'credential',
      'authorization',
      'auth',
    ],
    'assignment.value': [],
  },
  atEnd: (scan) => {
    if (scan.kind !== 'string' || scan.distance('secret', 0) > 1) return
    const { text } = scan
    if (text.length < PASSWORD_MIN || text.length > VALUE_MAX || /\s/.test(text)) return
    scan.spend(text.length)
    judge(scan, scan.key, 0, text.length)
  },
}

/** Last two letters of all names that PASSWORD and TOKEN accept: a quick no for every other colon. */
const ENDINGS = new Set(
  'rd wd se de rt ña pe ha ło ss ds es ts et en ey ns ys al ls th on er id ue 64 ng'.split(' '),
)

function endsLikeSecret(text: string, at: number): boolean {
  let end = at
  while (end > 1 && end > at - 3 && !isName(text.charCodeAt(end - 1))) end--
  return end > 1 && ENDINGS.has(text.slice(end - 2, end).toLowerCase())
}

function judge(scan: Scan, name: string, from: number, to: number): void {
  if (name === '') return
  const value = scan.text.slice(from, to)
  if (PASSWORD.test(name)) {
    if (isPassword(value)) scan.claim('secret', from, to, 0.75)
  } else if (TOKEN.test(name) && !NO_SECRET.test(name) && isToken(value)) {
    scan.claim('secret', from, to, 0.8)
  }
}

/** Past `:=`, `=>`, spaces and an opening quote; -1 for a comparison, a URL or the end of a line. */
function valueStart(text: string, after: number): number {
  let at = after
  const first = text.charCodeAt(at)
  if (first === 0x3d || first === 0x3e) at++
  if (text.charCodeAt(at) === 0x3d || text.charCodeAt(at) === 0x2f) return -1
  while (at < after + 4 && (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x09)) at++
  const quote = text.charCodeAt(at)
  if (quote === 0x22 || quote === 0x27 || quote === 0x60) at++
  return at
}

/** To the closing quote, or to white space and what ends a value in code, whichever comes first. */
function valueEnd(text: string, from: number): number {
  const stop = Math.min(text.length, from + VALUE_MAX)
  let at = from
  while (at < stop && !isEnd(text.charCodeAt(at))) at++
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

/** The identifier in front of the sign, at most two quotes, brackets or spaces away. */
function nameBefore(text: string, at: number): string {
  let end = at
  while (end > at - 3 && ' "\'`]):'.includes(text.charAt(end - 1)) && end > 0) end--
  let start = end
  const stop = Math.max(0, end - NAME_MAX)
  while (start > stop && isName(text.charCodeAt(start - 1))) start--
  return text.slice(start, end)
}

const isName = (code: number): boolean =>
  isWordCode(code) || code === 0x2d || code === 0x2e || (code >= 0xc0 && code <= 0x24f)

/** Not a word, a call, a reference or a type: something with a digit or a sign in it. */
function isPassword(value: string): boolean {
  if (value.length < PASSWORD_MIN || isPlaceholder(value) || isCode(value)) return false
  return /\d/.test(value)
    ? !/^\d{1,5}$/.test(value)
    : /[!@#$%^&*?~+]/.test(value) && /[A-Za-z]/.test(value)
}

function isToken(value: string): boolean {
  if (value.length < TOKEN_MIN || isPlaceholder(value) || isCode(value)) return false
  if (!/^[A-Za-z0-9_\-+/=.~:|%$!@#&*]{16,256}$/.test(value)) return false
  const digits = value.replaceAll(/\D/g, '').length
  if (digits === value.length || digits < (value.length < 32 ? 3 : 1)) return false
  return entropyBits(value) >= ENTROPY_MIN_BITS
}

/** Calls, subscripts, variables, paths and dotted names. */
const isCode = (value: string): boolean =>
  /[()[\]{}]|^\$|^%|^&|^\/[a-z]|^https?:|^[A-Za-z_]{1,40}(?:\.[A-Za-z_]{1,40}){1,8}$|::|->/.test(
    value,
  )
