import type { Detector } from '../detector.ts'
import { isWordCode } from '../characters.ts'

const PART_MAX = 4_000
const PART_MIN = 10
/** `{"` in base64url: how the header and the claims of a token begin. */
const OPENING = 'eyJ'

/** `{"sub":"1234567890`: the example of jwt.io, which half of all tests and manuals use. */
const EXAMPLE = 'eyJzdWIiOiIxMjM0NTY3ODkw'

/** JSON Web Tokens (RFC 7519): header, claims and, if signed, signature. */
export const jwt: Detector = {
  name: 'jwt',
  contexts: { 'jwt.walked': [] },
  prefixes: [OPENING],
  atPrefix: (scan, start) => {
    const { text } = scan
    // Inside a run that has been walked to its end in vain: nothing new.
    if (scan.distance('jwt.walked', start) < 0) return
    const header = partEnd(text, start)
    scan.spend(header - start)
    if (header - start < PART_MIN || !text.startsWith(`.${OPENING}`, header)) {
      scan.note('jwt.walked', header)
      return
    }
    const claims = partEnd(text, header + 1)
    const hasSignature = text.startsWith('.', claims)
    const end = hasSignature ? partEnd(text, claims + 1) : claims
    scan.spend(end - header)
    if (claims - header > PART_MIN)
      scan.claim('secret', start, end, text.startsWith(EXAMPLE, header + 1) ? 0.4 : 0.95)
  },
}

function partEnd(text: string, from: number): number {
  const stop = Math.min(text.length, from + PART_MAX)
  let at = from
  while (at < stop && (isWordCode(text.charCodeAt(at)) || text.charCodeAt(at) === 0x2d)) at++
  return at
}
