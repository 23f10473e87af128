import type { Detector } from '../detector.ts'
import { isPlaceholder, isTestPassword } from '../validators/placeholder.ts'
import { digitCount, isRandom } from '../validators/randomness.ts'

/** RFC 9110, section 11.6.2: a scheme, a space, the credentials. */
const HEADER =
  /["'`]?\s{0,2}[:=,]\s{0,2}["'`]?([A-Za-z][A-Za-z-]{2,20}) {1,2}(?:token=|key=)?["'`]?([A-Za-z0-9._~+/:=-]{8,512})/y

/** Credentials in a header `Authorization`, whatever the scheme. */
export const authorization: Detector = {
  name: 'authorization',
  words: ['authorization'],
  atWord: (scan, _start, end) => {
    scan.spend(24)
    HEADER.lastIndex = end
    const match = HEADER.exec(scan.text)
    const [, scheme = '', value = ''] = match ?? []
    if (match === null) return
    scan.spend(value.length)
    const confidence = scheme.toLowerCase() === 'basic' ? ofBasic(value) : ofToken(value)
    if (confidence > 0)
      scan.claim('secret', HEADER.lastIndex - value.length, HEADER.lastIndex, confidence)
  },
}

/** RFC 7617: user, colon, password, in base64. */
function ofBasic(value: string): number {
  const pair = decoded(value.replace(/[.,]$/, ''))
  if (pair === undefined) return 0
  const colon = pair.indexOf(':')
  if (colon < 0 || !/^[\x20-\x7e]{4,256}$/.test(pair)) return 0
  const [user, password] = [pair.slice(0, colon), pair.slice(colon + 1)]
  const secret = password === '' ? user : password
  if (secret.length < 4 || isPlaceholder(secret) || isTestPassword(secret)) return 0
  // The example of RFC 7617 itself.
  return password === 'open sesame' ? 0.5 : 0.85
}

function ofToken(value: string): number {
  if (value.length < 12 || isPlaceholder(value) || digitCount(value) < 3 || !isRandom(value))
    return 0
  if (value.length >= 20) return 0.85
  return /[a-z]/.test(value) && /[A-Z]/.test(value) ? 0.6 : 0
}

function decoded(value: string): string | undefined {
  try {
    return atob(value)
  } catch {
    return undefined
  }
}
