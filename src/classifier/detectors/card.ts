import type { Detector } from '../detector.ts'
import { GAP, type NumberToken } from '../numbers.ts'
import { isWordCode } from '../characters.ts'
import { hasIssuer } from '../validators/card-issuer.ts'
import { isLuhn } from '../validators/luhn.ts'

const CONTEXT_WITHIN = 80

export const card: Detector = {
  name: 'card',
  contexts: {
    card: [
      'card',
      'cards',
      'credit',
      'debit',
      'visa',
      'mastercard',
      'master',
      'amex',
      'american express',
      'discover',
      'maestro',
      'diners',
      'jcb',
      'cvv',
      'cvc',
      'cvc2',
      'pan',
      'cardholder',
      'expiry',
      'expiration',
      'expires',
      'charge',
      'payment',
      'pay',
      'cc',
      'kreditkarte',
      'kartennummer',
      'karte',
      'carte',
      'tarjeta',
      'carta',
      'cartão',
      'karta',
      'creditcard',
      'cardnumber',
    ],
  },
  atNumber: (scan, token) => {
    // Digits go on before it without a break: the tail of something longer.
    if (token.gapBefore !== 0 && token.gapBefore !== GAP.space) return
    const groups = cardGroups(token)
    if (groups === 0) return
    const last = groups - 1
    const end = (token.groupStarts[last] ?? 0) + (token.groupLengths[last] ?? 0)
    const isWhole = groups === token.groupCount
    if (isWhole && isWordCode(token.after)) return
    if (isWordCode(token.before) && token.before !== 0x5f) return
    const near = scan.distance('card', token.start) <= CONTEXT_WITHIN || followsCard(scan.text, end)
    scan.spend(32)
    // Cut out of a longer row of groups: only a word beside it makes it a card.
    const next = isWhole ? 0 : (token.groupLengths[groups] ?? 0)
    const goesOn = groups > 1 && next === 4 && token.gaps[groups] === token.gaps[1]
    const isBehindCard = scan.claimedTo > 0 && scan.claimedTo === token.start - 1
    const isCut = goesOn || (!isBehindCard && isRowBefore(scan.text, token.start))
    const isAll = scan.key === '' && token.start === 0 && end === scan.text.length
    const confidence = isCut && !near ? 0.4 : confidenceOf(token, groups, near, isAll)
    scan.claim('card', token.start, end, confidence)
  },
}

/** How many leading groups make a card number; 0 for none. The longest wins. */
function cardGroups(token: NumberToken): number {
  let length = 0
  let best = 0
  for (let i = 0; i < token.groupCount; i++) {
    if (i > 0 && !isCardGap(token, i)) break
    length += token.groupLengths[i] ?? 0
    if (length > 19) break
    if (length < 12 || !isCardLayout(token, i + 1)) continue
    if (isLuhn(token.digits, 0, length) && hasIssuer(token.digits, 0, length)) best = i + 1
  }
  return best
}

/** One separator throughout. */
const isCardGap = (token: NumberToken, i: number): boolean => {
  const gap = token.gaps[i]
  return gap === token.gaps[1] && (gap === GAP.space || gap === GAP.hyphen || gap === GAP.dot)
}

/** As printed on cards: all together, in fours with a remainder, 4-6-5 (American Express), 4-6-4 (Diners Club), 8-8. */
function isCardLayout(token: NumberToken, count: number): boolean {
  const { groupLengths } = token
  if (count === 1) return true
  const last = groupLengths[count - 1] ?? 0
  if (groupLengths[0] === 8) return count === 2 && last === 8
  if (groupLengths[0] !== 4) return false
  if (count === 3 && groupLengths[1] === 6) return last === 5 || last === 4
  if (count > 5 || last > 7) return false
  for (let i = 1; i < count - 1; i++) if (groupLengths[i] !== 4) return false
  return true
}

/** One in ten random numbers passes Luhn, so lengths and prefixes that other numbers share need a word beside them. */
function confidenceOf(token: NumberToken, groups: number, near: boolean, isAll: boolean): number {
  if (near) return 0.99
  if (groups > 1) return token.gaps[1] === GAP.dot ? 0.6 : 0.95
  const length = token.groupLengths[0] ?? 0
  const first = token.digits[0] ?? 0
  const second = token.digits[1] ?? 0
  // A text that is nothing else, in a length that only cards have.
  if (isAll && (length === 15 || length === 16 || length === 19)) return 0.6
  // 13 digits are also EANs and millisecond clocks, 14 date-times, 12, 18 and 19 counters and ids of all sorts.
  if (length === 16)
    return first === 4 || first === 5 || first === 2 || first === 3 || first === 6 ? 0.8 : 0.4
  if (length === 15) return first === 3 && (second === 4 || second === 7) ? 0.8 : 0.4
  if (length === 14) return first === 3 ? 0.6 : 0.3
  return 0.3
}

/** `RS35 `, `1234 ` or `60D5 ` before it: groups of an account number, or of hexadecimal. */
const isRowBefore = (text: string, start: number): boolean =>
  /(?:[A-Za-z]\d{1,6}|\b(?=\d)[0-9A-F]{4})[ -]$/.test(text.slice(Math.max(0, start - 10), start))

const followsCard = (text: string, end: number): boolean =>
  /\b(?:card|visa|mastercard|amex|cvv|cvc|exp(?:iry|ires|iration)?)\b/i.test(
    text.slice(end, end + 48),
  )
