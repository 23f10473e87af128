import type { Detector } from '../detector.ts'
import { isDigit, isWordCode } from '../characters.ts'
import { IBAN_LENGTHS } from '../validators/iban-lengths.ts'
import { isMod97 } from '../validators/mod97.ts'

export const iban: Detector = {
  name: 'iban',
  atPair: (scan, start) => {
    const { text } = scan
    const country = text.slice(start, start + 2).toUpperCase()
    const length = IBAN_LENGTHS[country]
    if (length === undefined) return
    const end = codeEnd(text, start, length)
    scan.spend(end < 0 ? length : end - start)
    if (end < 0 || isWordCode(text.charCodeAt(end))) return
    // A group of something longer (a UUID, say), or one that goes on into the next words.
    const grouped = text.slice(start, end)
    if (text.charCodeAt(start - 1) === 0x2d || (grouped.includes(' ') && grouped.includes('-'))) {
      return
    }
    const written = grouped.replaceAll(/[ -]/g, '')
    const code = written.toUpperCase()
    // In one case throughout: a mixture is prose that happens to check.
    if (written !== code && written !== written.toLowerCase()) return
    if (isMod97(code)) scan.claim('iban', start, end, 0.99, [country])
  },
}

/** Where the `length` letters and digits end, with at most one space or hyphen between two of them; -1 if they stop short. */
function codeEnd(text: string, start: number, length: number): number {
  let left = length
  let at = start
  while (left > 0) {
    const code = text.charCodeAt(at)
    if (isDigit(code) || (isWordCode(code) && code !== 0x5f)) left--
    else if (!isGap(code) || isGap(text.charCodeAt(at - 1))) return -1
    at++
  }
  return at
}

const isGap = (code: number): boolean => code === 0x20 || code === 0x2d
