import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { isWordCode } from '../characters.ts'
import { GAP, type NumberToken } from '../numbers.ts'
import { countryOfNumber } from '../validators/calling-codes.ts'

const CONTEXT_WITHIN = 50
/** ITU-T E.164: country code and number together. */
const DIGITS_MAX = 15

export const phone: Detector = {
  name: 'phone',
  contexts: {
    phone: [
      'phone',
      'phones',
      'telephone',
      'tel',
      'telefon',
      'telefono',
      'teléfono',
      'telefoonnummer',
      'telefonnummer',
      'telefone',
      'telefoon',
      'téléphone',
      'call',
      'calling',
      'mobile',
      'mobil',
      'móvil',
      'movil',
      'handy',
      'cell',
      'cellphone',
      'portable',
      'fax',
      'dial',
      'sms',
      'text me',
      'texting',
      'whatsapp',
      'contact',
      'reach',
      'ring',
      'hotline',
      'phone number',
      'cell number',
      'rufnummer',
      'numéro',
      'celular',
      'cellulare',
      'komórka',
      'landline',
      'number is',
      'home number',
      'work number',
      'phone no',
      'voicemail',
      'extension',
      'ph',
      'mob',
      'facsimile',
    ],
  },
  atNumber: (scan, token) => {
    if (isWordCode(token.before) || token.before === 0x2f || token.before === 0x3d) return
    if (token.isInternational) international(scan, token)
    else if (token.gapBefore === 0 || token.gapBefore === GAP.space) national(scan, token)
  },
}

function international(scan: Scan, token: NumberToken): void {
  const groups = leadingGroups(token, DIGITS_MAX)
  const digits = token.digits.slice(0, digitsIn(token, groups)).join('')
  if (digits.length < 8 || !endsHere(scan.text, token, groups)) return
  const country = countryOfNumber(digits)
  // `+` is also a sum and a diff: an unassigned code or a number in one piece behind a word is neither.
  if (country === undefined) return
  scan.claim('phone', token.opening, endOf(token, groups), 0.95, [country])
}

function national(scan: Scan, token: NumberToken): void {
  const { text } = scan
  const near = scan.distance('phone', token.start) <= CONTEXT_WITHIN
  const nanp = nanpGroups(token)
  if (nanp > 0 && endsHere(text, token, nanp)) {
    scan.claim(
      'phone',
      token.opening,
      endOf(token, nanp),
      near ? 0.95 : nanpConfidence(text, token, nanp),
    )
    return
  }
  const groups = leadingGroups(token, 13)
  const count = digitsIn(token, groups)
  if (count < 7 || !endsHere(text, token, groups) || isDate(token)) return
  const isParted = groups > 1
  if (near) {
    if (isParted ? isPhoneLayout(token, groups) : count >= 7 && count <= 12) {
      scan.claim('phone', token.opening, endOf(token, groups), isParted ? 0.85 : 0.7)
    }
    return
  }
  if (!isParted || !isPhoneLayout(token, groups)) return
  const hasTrunk = token.digits[0] === 0 && token.digits[1] !== 0 && count >= 9 && count <= 12
  const hasParenthesis =
    text.charCodeAt(token.opening) === 0x28 || token.gaps[1] === GAP.parenthesis
  if (hasTrunk && (hasParenthesis || (groups <= 6 && !hasDots(token, groups)))) {
    scan.claim('phone', token.opening, endOf(token, groups), 0.65)
  } else if (hasParenthesis && count >= 9) {
    scan.claim('phone', token.opening, endOf(token, groups), 0.6)
  }
}

/** 3-3-4 or 1-3-3-4 with area code and exchange from 2 up: the number of groups, else 0. */
function nanpGroups({ groupCount, groupLengths, digits, gaps }: NumberToken): number {
  const skip = groupLengths[0] === 1 && digits[0] === 1 ? 1 : 0
  if (groupCount < skip + 3) return 0
  if (groupLengths[skip] !== 3 || groupLengths[skip + 1] !== 3 || groupLengths[skip + 2] !== 4)
    return 0
  if ((digits[skip] ?? 0) < 2 || (digits[skip + 3] ?? 0) < 2) return 0
  return gaps[skip + 1] === GAP.slash && gaps[skip + 2] === GAP.slash ? 0 : skip + 3
}

/** Hyphens and parentheses are how people write it; dots and spaces other numbers too. */
function nanpConfidence(text: string, token: NumberToken, groups: number): number {
  if (text.charCodeAt(token.opening) === 0x28 || token.gaps[groups - 2] === GAP.parenthesis)
    return 0.85
  const gap = token.gaps[groups - 1]
  if (gap === GAP.hyphen) return token.gapBefore === 0 ? 0.75 : 0.45
  return gap === GAP.dot ? 0.6 : 0.45
}

/** As many whole groups as have at most `digitsMax` digits. A new number begins after a space at the earliest. */
function leadingGroups(token: NumberToken, digitsMax: number): number {
  let count = 0
  let groups = 0
  while (groups < token.groupCount && count + (token.groupLengths[groups] ?? 0) <= digitsMax) {
    count += token.groupLengths[groups] ?? 0
    groups++
  }
  return groups
}

function digitsIn({ groupLengths }: NumberToken, groups: number): number {
  let count = 0
  for (let i = 0; i < groups; i++) count += groupLengths[i] ?? 0
  return count
}

const endOf = ({ groupStarts, groupLengths }: NumberToken, groups: number): number =>
  (groupStarts[groups - 1] ?? 0) + (groupLengths[groups - 1] ?? 0)

/** Nothing glued behind, but an extension (`x123`); what is left over begins after a space. */
function endsHere(text: string, token: NumberToken, groups: number): boolean {
  if (groups < token.groupCount) return token.gaps[groups] === GAP.space
  if (!isWordCode(token.after)) return true
  return (token.after | 0x20) === 0x78 && /^x\d{1,6}\b/i.test(text.slice(token.end, token.end + 8))
}

/** Groups of two to five digits, of which one has three; one long group at most, at the end. */
function isPhoneLayout({ groupLengths, gaps }: NumberToken, groups: number): boolean {
  if (groups > 7) return false
  let hasThree = groups >= 4
  for (let i = 0; i < groups; i++) {
    const length = groupLengths[i] ?? 0
    if (length > (i === groups - 1 ? 8 : 5) || (length === 1 && i > 1)) return false
    if (i > 0 && gaps[i] === GAP.dot && gaps[i] !== gaps[1]) return false
    hasThree ||= i > 0 && length >= 3
  }
  return hasThree
}

function hasDots({ gaps }: NumberToken, groups: number): boolean {
  for (let i = 1; i < groups; i++) if (gaps[i] === GAP.dot) return true
  return false
}

/** Year, month and day in either order. */
function isDate({ groupCount, groupLengths, digits }: NumberToken): boolean {
  if (groupCount < 3) return false
  const [first = 0, second = 0, third = 0] = groupLengths
  const century = (at: number): number => (digits[at] ?? 0) * 10 + (digits[at + 1] ?? 0)
  const isCentury = (at: number): boolean => century(at) === 19 || century(at) === 20
  if (first === 4 && second <= 2 && third <= 2) return isCentury(0)
  return first <= 2 && second <= 2 && third === 4 && isCentury(first + second)
}
