import type { Detector } from '../detector.ts'
import { isWordCode } from '../characters.ts'
import { GAP, type NumberToken } from '../numbers.ts'
import { isSsn } from '../validators/us-ssn.ts'

const CONTEXT_WITHIN = 60

export const usSsn: Detector = {
  name: 'us-ssn',
  contexts: {
    // Canada's number has as many digits.
    'ssn.other': ['social insurance', 'assurance sociale', 'sin', 'sin number'],
    ssn: [
      'ssn',
      'ssns',
      'social security',
      'soc sec',
      'socialsecurity',
      'ss no',
      'tax id',
      'taxpayer',
      'social',
    ],
  },
  atNumber: (scan, token) => {
    if (token.digitCount < 9 || token.gapBefore !== 0 || isWordCode(token.before)) return
    const groups = layoutOf(token)
    if (groups === 0) return
    if (groups === token.groupCount ? isWordCode(token.after) : token.gaps[groups] !== GAP.space)
      return
    const { digits } = token
    const number = (from: number, to: number): number => {
      let value = 0
      for (let i = from; i < to; i++) value = value * 10 + (digits[i] ?? 0)
      return value
    }
    if (!isSsn(number(0, 3), number(3, 5), number(5, 9))) return
    const distance = scan.distance('ssn', token.start)
    const near = distance <= CONTEXT_WITHIN && distance < scan.distance('ssn.other', token.start)
    // Typed for any number.
    if (!near && groups === 1 && number(0, 9) === 123_456_789) return
    const last = groups - 1
    const end = (token.groupStarts[last] ?? 0) + (token.groupLengths[last] ?? 0)
    scan.claim('us-ssn', token.start, end, near ? 0.97 : bareConfidence(token, groups))
  },
}

/** 3-2-4 or all nine digits together: the number of groups, else 0. */
function layoutOf({ groupCount, groupLengths, gaps }: NumberToken): number {
  if (groupLengths[0] === 9) return 1
  const isParted =
    groupCount >= 3 && groupLengths[0] === 3 && groupLengths[1] === 2 && groupLengths[2] === 4
  return isParted && gaps[1] === gaps[2] ? 3 : 0
}

/** Only the hyphens speak for themselves. */
const bareConfidence = ({ gaps }: NumberToken, groups: number): number =>
  groups === 1 ? 0.2 : gaps[1] === GAP.hyphen ? 0.85 : 0.45
