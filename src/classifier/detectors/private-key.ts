import type { Detector } from '../detector.ts'
import { isWordCode } from '../characters.ts'

/** A 16,384-bit RSA key is 12.4 KB of PEM; armoured OpenPGP keys are seldom longer. */
const BODY_MAX = 16_384
/** Less is a mention of the header, not a key. */
const BODY_MIN = 24

/** PEM (RFC 7468), OpenSSH and OpenPGP private keys; line breaks may be written as `\n`. */
export const privateKey: Detector = {
  name: 'private-key',
  prefixes: ['BEGIN '],
  atPrefix: (scan, start, end) => {
    const { text } = scan
    if (!text.startsWith('-----', start - 5)) return
    scan.spend(48)
    KIND.lastIndex = end
    if (!KIND.test(text)) return
    const from = KIND.lastIndex
    const to = bodyEnd(text, from)
    scan.spend(to - from)
    if (!hasBase64(text, from, to)) return
    scan.claim('private-key', start - 5, footerEnd(text, to), 0.99)
  },
}

const KIND = /(?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y
const FOOTER = /-----END [A-Z0-9 ]{0,40}-----/y

function footerEnd(text: string, at: number): number {
  FOOTER.lastIndex = at
  return FOOTER.test(text) ? FOOTER.lastIndex : at
}

/** Past base64, header lines of encrypted keys, white space, and the quotes and signs of a string in code. */
function bodyEnd(text: string, from: number): number {
  const stop = Math.min(text.length, from + BODY_MAX)
  let at = from
  while (at < stop && isBody(text, at)) at++
  return at
}

function isBody(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (isWordCode(code) || code <= 0x20) return true
  // A hyphen alone belongs to a header line; five are the footer.
  if (code === 0x2d) return text.charCodeAt(at + 1) !== 0x2d
  return '+/=\\:,;"\'.()<>@#*|'.includes(text.charAt(at))
}

/** Whether some line of base64 stands there. What follows a mention in prose is words. */
function hasBase64(text: string, from: number, to: number): boolean {
  let run = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    run = isWordCode(code) || code === 0x2b || code === 0x2f ? run + 1 : 0
    if (run >= BODY_MIN) return true
  }
  return false
}
