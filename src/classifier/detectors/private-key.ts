import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { isWordCode } from '../characters.ts'
import { BASE64, runEnd } from './secret-format.ts'

/** A 16,384-bit RSA key is 12.4 KB of PEM; armoured OpenPGP keys are seldom longer. */
const BODY_MAX = 16_384
/** Less is a mention of the header, not a key. */
const BODY_MIN = 24
/** `-----BEGIN` in base64, as in `client-key-data` of a kubeconfig. */
const WRAPPED = 'LS0tLS1CRUdJTi'
/** How a DER sequence of more than 255 bytes begins in base64. */
const DER = 'MII'
const PUTTY = 'PuTTY-User-Key-File-'

/**
 * Private keys: PEM (RFC 7468), OpenSSH and OpenPGP, line breaks also written as `\n`; the same in base64 once more;
 * DER in base64 without a header (RFC 5958, RFC 8017, PFX of RFC 7292); PuTTY's format.
 */
export const privateKey: Detector = {
  name: 'private-key',
  prefixes: ['BEGIN ', WRAPPED, DER, PUTTY],
  contexts: { 'private-key.walked': [] },
  atPrefix: (scan, start, end) => {
    switch (scan.text.slice(start, end)) {
      case WRAPPED:
        atWrapped(scan, start)
        return
      case DER:
        atDer(scan, start, end)
        return
      case PUTTY:
        atPutty(scan, start, end)
        return
      default:
        atHeader(scan, start, end)
    }
  },
}

const KIND = /(?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y
const FOOTER = /-----END [A-Z0-9 ]{0,40}-----/y

function atHeader(scan: Scan, start: number, end: number): void {
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
}

function atWrapped(scan: Scan, start: number): void {
  const { text } = scan
  if (scan.distance('private-key.walked', start) < 0) return
  const to = runEnd(text, start, BASE64, BODY_MAX)
  scan.spend(to - start)
  scan.note('private-key.walked', to)
  if (to - start < 64) return
  const head = decoded(text.slice(start, start + 64))
  if (/^-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY/.test(head))
    scan.claim('private-key', start, to, 0.95)
}

/** Behind the outer header: version 0 and a modulus (PKCS 1) or an algorithm (PKCS 8), or version 3 of a PFX. */
const PRIVATE_DER =
  /[A-Za-z0-9+/]{3}(?:IBA(?:AK[BC]|AJ[AB]|DAN|DBQ)|wIBAzCC|AIBAzCC|gIBAzCC|QIBAzCC)/y

function atDer(scan: Scan, start: number, end: number): void {
  const { text } = scan
  scan.spend(16)
  PRIVATE_DER.lastIndex = end
  if (!PRIVATE_DER.test(text) || scan.distance('private-key.walked', start) < 0) return
  const line = runEnd(text, start, BASE64, 40)
  scan.spend(line - start)
  if (line - start < 40) return
  const to = bodyEnd(text, start)
  scan.spend(to - start)
  scan.note('private-key.walked', to)
  scan.claim('private-key', start, lastBase64(text, to), 0.9)
}

function atPutty(scan: Scan, start: number, end: number): void {
  const { text } = scan
  if (scan.distance('private-key.walked', start) < 0) return
  const at = text.slice(end, end + BODY_MAX).indexOf('Private-Lines:')
  scan.spend(at < 0 ? Math.min(BODY_MAX, text.length - end) : at)
  if (at < 0) {
    scan.note('private-key.walked', Math.min(text.length, end + BODY_MAX))
    return
  }
  const to = bodyEnd(text, end + at)
  scan.spend(to - end - at)
  scan.claim('private-key', start, to, 0.95)
}

/** The text of one base64 line, as far as it decodes. */
function decoded(base64: string): string {
  try {
    return atob(base64)
  } catch {
    return ''
  }
}

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

/** Back over what follows the key: white space, signs, words. */
function lastBase64(text: string, to: number): number {
  let at = to
  while (at > 0 && !isWordCode(text.charCodeAt(at - 1)) && text.charCodeAt(at - 1) !== 0x3d) at--
  return at
}
