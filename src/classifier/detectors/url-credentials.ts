import type { Detector } from '../detector.ts'
import { isPlaceholder, isTestPassword } from '../validators/placeholder.ts'
import { isRandom } from '../validators/randomness.ts'

/** RFC 3986, section 3.2.1; where a password holds an unescaped `@`, the last one counts, as programs read it. */
const CREDENTIALS =
  /:\/\/([^\s/@:"'<>`]{0,64}):([^\s/@"'<>`]{3,128})@([A-Za-z0-9[][^\s/:"'<>`]{0,64})/y
/** Tokens as user names: `https://TOKEN@host`. The one in an address of Sentry is public by design. */
const TOKEN_USER =
  /:\/\/([A-Za-z0-9_-]{20,100})@(?!(?:[\w-]{1,32}\.){0,3}(?:sentry\.io|glitchtip))[A-Za-z0-9]/y

/** A password in a URL: `postgres://user:password@host`. */
export const urlCredentials: Detector = {
  name: 'url-credentials',
  marks: ':',
  atMark: (scan, at) => {
    const { text } = scan
    if (text.charCodeAt(at + 1) !== 0x2f || text.charCodeAt(at + 2) !== 0x2f) return
    scan.spend(48)
    CREDENTIALS.lastIndex = at
    const match = CREDENTIALS.exec(text)
    if (match === null) {
      TOKEN_USER.lastIndex = at
      const token = TOKEN_USER.exec(text)?.[1]
      if (token !== undefined && isRandom(token) && !isPlaceholder(token))
        scan.claim('secret', at + 3, at + 3 + token.length, 0.7)
      return
    }
    const [, user = '', password = '', host = ''] = match
    const confidence = confidenceOf(user, password, host)
    const start = at + 4 + user.length
    if (confidence > 0) scan.claim('secret', start, start + password.length, confidence)
  },
}

function confidenceOf(user: string, password: string, host: string): number {
  if (password.length < 5 || isPlaceholder(password) || /^(?:\$|\{|%[^0-9]|\*+|#\{)/.test(password))
    return 0
  if (password === user || isTestPassword(password)) return 0.3
  if (/^\d{1,5}$/.test(password)) return 0
  const isNear =
    /^(?:localhost|127\.|0\.0\.0\.0|host\.docker|db$|mysql$|postgres$|mongo$|redis$|rabbitmq$)|(?:^|\.)example\.|\.(?:test|local|invalid)$/i.test(
      host,
    )
  if (isNear) return isStrong(password) ? 0.6 : 0.4
  return /[\dA-Z!-,]/.test(password) || password.length > 12 ? 0.85 : 0.55
}

/** Nobody types it into a sketch: three kinds of characters, or chance. */
const isStrong = (password: string): boolean =>
  (password.length >= 12 && isRandom(password)) ||
  (password.length >= 8 && /[a-z]/.test(password) && /[A-Z]/.test(password) && /\d/.test(password))
