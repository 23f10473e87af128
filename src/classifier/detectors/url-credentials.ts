import type { Detector } from '../detector.ts'
import { isPlaceholder } from '../validators/placeholder.ts'

const CREDENTIALS = /:\/\/[^\s/@:"'<>]{0,64}:([^\s/@"'<>]{3,128})@[A-Za-z0-9[]/y

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
    const password = match?.[1]
    if (password === undefined || /^(?:password|pass|pwd|user|x+|\$|\{|%|\*+)/i.test(password))
      return
    if (isPlaceholder(password)) return
    const end = CREDENTIALS.lastIndex - 2
    scan.claim('secret', end - password.length, end, 0.85)
  },
}
