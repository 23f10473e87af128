import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { isWordCode } from '../characters.ts'
import { GAP, type NumberToken } from '../numbers.ts'
import { countryOfNumber } from '../validators/calling-codes.ts'

const CONTEXT_WITHIN = 50
/** ITU-T E.164: country code and number together. */
const DIGITS_MAX = 15

/** Flaws and standards. */
const NUMBERED = /(?:CVE|RFC|ISO|DIN|IEC)-$/

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
      'cellphone',
      'fax',
      'dial',
      'sms',
      'whatsapp',
      'hotline',
      'phone number',
      'cell number',
      'mobile number',
      'rufnummer',
      'celular',
      'cellulare',
      'móvil',
      'movil',
      'landline',
      'home number',
      'work number',
      'phone no',
      'voicemail',
      'ph',
      'mob',
      'facsimile',
      'call',
      'calling',
      'text me',
      'texting',
      'contact number',
      'handynummer',
      'telefax',
      'tlf',
      'telefonszám',
      'telefono cellulare',
      'tfno',
      'tlfno',
      'telf',
      'tlf',
      'telef',
      'cep telefonu',
      'gsm',
      'celular',
      'teléfonos',
      'telefones',
      'telefonu',
      'telepono',
      'cep no',
      'cep',
      'telefonie',
      'puhelin',
      'telefonszam',
      'номер телефона',
      'телефон',
      'тел',
    ],
    // Said of other things, too.
    'phone.weak': [
      'mobile',
      'mobil',
      'handy',
      'cell',
      'portable',
      'contact',
      'reach',
      'ring',
      'extension',
      'number',
      'numéro',
      'office',
      'answering',
      'komórka',
    ],
    'phone.other': [
      'account',
      'license',
      'licence',
      'passport',
      'order',
      'invoice',
      'ticket',
      'tracking',
      'routing',
      'policy',
      'serial',
      'isbn',
      'case',
      'id',
      'member',
      'reference',
      'ref',
      'part',
      'model',
      'patent',
      'card',
      'ssn',
      'zip',
      'iban',
      'vin',
      'npi',
      'order number',
      'sku',
      'version',
      'nºcol',
    ],
  },
  atNumber: (scan, token) => {
    if (isWordCode(token.before) || token.before === 0x2f || token.before === 0x3d) return
    if (
      token.before === 0x2d &&
      NUMBERED.test(scan.text.slice(Math.max(0, token.start - 4), token.start))
    )
      return
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
  const nanp = nanpGroups(token)
  if (nanp > 0 && endsHere(text, token, nanp)) {
    const near = nearness(scan, token, nanp)
    const confidence = near === 'none' ? nanpConfidence(text, token, nanp) : 0.95
    scan.claim('phone', token.opening, endOf(token, nanp), confidence)
    return
  }
  const groups = leadingGroups(token, 13)
  const count = digitsIn(token, groups)
  if (count < 7 || !endsHere(text, token, groups) || isDate(token)) return
  const near = nearness(scan, token, groups)
  const isParted = groups > 1
  const end = endOf(token, groups)
  if (!isParted) {
    if (near === 'phone' ? count <= 12 : near === 'weak' && count >= 9 && count <= 12) {
      scan.claim('phone', token.opening, end, near === 'phone' ? 0.7 : 0.55)
    }
  } else if (!isPhoneLayout(token, groups)) return
  else if (near !== 'none') scan.claim('phone', token.opening, end, near === 'phone' ? 0.85 : 0.7)
  else if (hasTrunk(text, token, groups, count)) scan.claim('phone', token.opening, end, 0.6)
}

/** Which words stand near: behind it counts, too, at a few characters (`(office)`). */
function nearness(scan: Scan, token: NumberToken, groups: number): 'phone' | 'weak' | 'none' {
  const strong = scan.distance('phone', token.opening)
  const weak = scan.distance('phone.weak', token.opening)
  const other = scan.distance('phone.other', token.opening)
  if (strong <= CONTEXT_WITHIN && strong < other) return 'phone'
  const end = endOf(token, groups)
  scan.spend(12)
  if (FOLLOWS.test(scan.text.slice(end, end + 12))) return 'phone'
  return weak <= CONTEXT_WITHIN / 2 && other > CONTEXT_WITHIN ? 'weak' : 'none'
}

const FOLLOWS = /^[\s,;(-]{1,3}(?:office|fax|mobile|cell|home|phone|work|mob|tel)\b/i

/** `030 1234567`, `06 12 34 56 78`, `(02) 9876 5432`: a zero in front, or an area code in parentheses. */
function hasTrunk(text: string, token: NumberToken, groups: number, count: number): boolean {
  const { digits, groupLengths, gaps } = token
  if (text.charCodeAt(token.opening) === 0x28 || gaps[1] === GAP.parenthesis) return count >= 9
  if (digits[0] !== 0 || digits[1] === 0 || count < 9 || count > 12 || hasDots(token, groups))
    return false
  const first = groupLengths[0] ?? 0
  if (first >= 3) return true
  for (let i = 0; i < groups; i++) if (groupLengths[i] !== 2) return false
  return groups === 5
}

/** 3-3-4, 1-3-3-4 or (from abroad) 001-3-3-4 with area code and exchange from 2 up: the number of groups, else 0. */
function nanpGroups({ groupCount, groupLengths, digits, gaps }: NumberToken): number {
  const isAbroad = groupLengths[0] === 3 && digits[0] === 0 && digits[1] === 0 && digits[2] === 1
  const skip = isAbroad || (groupLengths[0] === 1 && digits[0] === 1) ? 1 : 0
  if (groupCount < skip + 3) return 0
  if (groupLengths[skip] !== 3 || groupLengths[skip + 1] !== 3 || groupLengths[skip + 2] !== 4)
    return 0
  const area = skip === 0 ? 0 : (groupLengths[0] ?? 0)
  if ((digits[area] ?? 0) < 2 || (digits[area + 3] ?? 0) < 2) return 0
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
    // A slash parts the area code; further on it parts two dates. With one dot it is a decimal number.
    if (i > 1 && gaps[i] === GAP.slash) return false
    if (i === 1 && groups === 2 && gaps[i] === GAP.dot) return false
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
