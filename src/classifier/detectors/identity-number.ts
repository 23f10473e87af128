import type { Detector } from '../detector.ts'
import { lettersBefore, readFigure, type Figure } from '../figures.ts'
import type { RuleName } from '../levels.ts'
import type { Scan } from '../scan.ts'
import { isWordCode } from '../characters.ts'
import { FIGURE_WITHIN, isFarScript } from '../tokens.ts'
import type { IdFormat } from '../validators/id-format.ts'
import { ID_FORMATS } from '../validators/id-formats.ts'
import { contextOf, FAR_ANY, IDENTITY_CONTEXTS } from './identity-words.ts'

/** What has no check digit must stand this close to its word. */
const UNCHECKED_WITHIN = 40
/** From the end of its name to a number whose check digit is wrong. */
const SLIP_WITHIN = 8
const SLIP_CONFIDENCE = 0.55
/** How far back words of other scripts are looked for. */
const FAR_WITHIN = 16
/** A word for another kind of number counts this close. */
const OTHER_WITHIN = 24
/** How far in front of its name a number may begin. */
const BEFORE_MAX = 48
const IS_MY =
  /(?<![\w./-])(?=[A-Za-z./-]{0,12}\d)[A-Za-z0-9./-]{5,24} (?:is|was|ist|est|es|jest|\u00e4r|\u00e9|\u00e8) (?:my|his|her|their|our|the|a|mein|meine|mon|ma|mi|mijn|min|sein|seine|ihre) (?:[a-z]{2,12} ){0,2}$/
/** Longest text that is nothing but a number. */
const BARE_MAX = 40

const ANY_CONFIDENCE = 0.7

type Known = IdFormat & { readonly context: number }

/** Contexts of the formats by number, and how far back each stands from the number that is being read. */
const contexts = [...new Set(ID_FORMATS.map(contextOf))]
const distances = new Float64Array(contexts.length)
const UNKNOWN = -1

/** Asked once for all formats that share a context. */
function distanceTo(scan: Scan, context: number, start: number): number {
  const known = distances[context] ?? UNKNOWN
  if (known !== UNKNOWN) return known
  const distance = Math.max(0, scan.distance(contexts[context] ?? '', start))
  distances[context] = distance
  return distance
}

/** By length without separators. */
const byLength: readonly (readonly Known[])[] = arrange(ID_FORMATS)
/** Those of them that digits alone may fit. */
const digitsByLength: readonly (readonly Known[])[] = byLength.map((formats) =>
  formats.filter(({ pattern }) => mayBeDigits(pattern)),
)
/** Formats whose writing speaks for itself, by the characters of a token that may begin one. */
const alone: readonly (readonly Known[])[] = arrange(
  ID_FORMATS.filter(({ alone: sure }) => sure > 0),
)

/** False if the pattern plainly asks for a letter: a quick no for most formats at a number of digits. */
function mayBeDigits({ source }: RegExp): boolean {
  if (source.includes('|') || source.includes('(?=')) return true
  const required = source
    .replaceAll(/\(\?:[^()]*\)\?|\[[^\]]*0-9[^\]]*\]|\[[^\]]*\](?:\?|\{0,\d+\})|\\d/g, '')
    .replaceAll(/\[[^\]A-Z]*\]/g, '')
  return !/[A-Z]/.test(required)
}

function arrange(formats: readonly IdFormat[]): readonly (readonly Known[])[] {
  const arranged: Known[][] = Array.from({ length: 42 }, () => [])
  for (const format of formats) {
    const known = { ...format, context: contexts.indexOf(contextOf(format)) }
    for (const length of format.lengths) arranged[length]?.push(known)
  }
  return arranged
}

/** Numbers that states, banks and offices give: by a word near them, by a writing that nothing else has, or as a mere possibility. */
export const identityNumber: Detector = {
  name: 'identity-number',
  contexts: IDENTITY_CONTEXTS,
  atNumber: (scan, token) => {
    if (isWordCode(token.before) || token.gapBefore !== 0) return
    if (isNearWords(scan, token.start)) byWords(scan, token.start)
    if (scan.claimedTo > token.start) return
    if (token.groupCount > token.digitCount / 2 + 1) return
    // A letter may follow the digits, or a code in letters.
    for (let length = token.digitCount; length < token.digitCount + 3; length++) {
      byLayout(scan, token.start, length)
      if (scan.claimedTo > token.start) return
    }
  },
  atCode: (scan, start, end) => {
    if (isNearWords(scan, start)) byWords(scan, start)
    if (scan.claimedTo <= start) byLayout(scan, start, end - start)
  },
  words: IDENTITY_CONTEXTS['figure'] ?? [],
  atWord: (scan, start) => {
    // `44051401359 is my PESEL`
    if (start < 8 || scan.text.charCodeAt(start - 1) !== 0x20) return
    const from = Math.max(scan.claimedTo, start - BEFORE_MAX)
    const before = scan.text.slice(from, start)
    const found = IS_MY.exec(before)
    scan.spend(8)
    if (found !== null) byWords(scan, from + found.index)
  },
  atFigure: (scan, start) => {
    CODE.lastIndex = start
    // `atCode` has seen it.
    if (!CODE.test(scan.text)) byWords(scan, start)
  },
  atEnd: bare,
}

const CODE = /(?=[0-9]{0,63}[A-Za-z])(?=[A-Za-z]{0,63}[0-9])[A-Za-z0-9]{8,64}(?![A-Za-z0-9])/y

const isNearWords = (scan: Scan, start: number): boolean =>
  scan.distance('figure', start) <= FIGURE_WITHIN || isFarScript(scan.text, start)

type Match = { rule: RuleName; start: number; end: number; confidence: number; country: string }

function byWords(scan: Scan, start: number): void {
  const { text } = scan
  if (isInside(text, start)) return
  const far = isFarScript(text, start) ? text.slice(Math.max(0, start - FAR_WITHIN), start) : ''
  distances.fill(UNKNOWN)
  const own = matchIn(scan, readFigure(text, start), far)
  const before = lettersBefore(text, start)
  const wide = before < 0 ? undefined : matchIn(scan, readFigure(text, before), far)
  const isWide = wide !== undefined && wide.confidence >= (own?.confidence ?? 0)
  const best = isWide ? wide : own
  if (best === undefined || isInUuid(text, best)) return
  scan.claim(best.rule, best.start, best.end, best.confidence, countries(best.country))
}

/** A piece of a UUID; all of it may be a device's. */
function isInUuid(text: string, { start, end }: Match): boolean {
  if (end - start >= UUID_LENGTH) return false
  const from = Math.max(0, start - UUID_LENGTH)
  const around = text.slice(from, end + UUID_LENGTH)
  if (!around.includes('-')) return false
  for (const { index, 0: uuid } of around.matchAll(UUID)) {
    if (from + index < end && from + index + uuid.length > start) return true
  }
  return false
}

const UUID_LENGTH = 36
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi

/** Glued to a letter, or one of a row of short groups. */
function isInside(text: string, start: number): boolean {
  if (start === 0) return false
  if (isWordCode(text.charCodeAt(start - 1))) return true
  return start > 1 && ROW.test(text.slice(start - 2, start + ROW_PART))
}

const ROW_PART = 5
const ROW = /^\d[ .:/-](?!\w{5})/

const countries = (country: string): readonly string[] => (country === '' ? [] : [country])

/** The surest reading of the number, the longest of them. */
function matchIn(scan: Scan, figure: Figure, far: string): Match | undefined {
  let found: Match | undefined
  const isAny = isAnyNear(scan, figure.start, far)
  for (let i = figure.parts.length - 1; i >= 0; i--) {
    const part = figure.parts[i]
    if (part === undefined || part.compact.length < 4 || !/\d/.test(part.compact)) continue
    scan.spend(8)
    // Single digits in a row are a list, or a code of its own.
    if (i > part.compact.length / 2) continue
    const isDigits = /^\d+$/.test(part.compact)
    const formats = isDigits ? digitsByLength : byLength
    for (const format of formats[part.compact.length] ?? []) {
      const distance = distanceTo(scan, format.context, figure.start)
      // Without a name near it can only be a national number that is called one.
      if (distance > FIGURE_WITHIN && far === '' && !(isAny && format.rule === 'national-id'))
        continue
      if (!format.pattern.test(part.compact)) continue
      const confidence = confidenceOf(scan, format, part.compact, figure.start, far)
      if (confidence <= (found?.confidence ?? 0.49)) continue
      found = {
        rule: format.rule,
        start: figure.start,
        end: part.end,
        confidence,
        // A word that any country uses tells none.
        country: confidence === ANY_CONFIDENCE ? '' : format.country,
      }
    }
    if (found === undefined) found = unknown(scan, part, figure.start, far)
  }
  return found
}

/** How sure a number is, that has the right shape, in view of the words before it. */
function confidenceOf(
  scan: Scan,
  { context, check, farWords, rule }: Known,
  code: string,
  start: number,
  far: string,
): number {
  const distance = distanceTo(scan, context, start)
  const isNamed = distance <= FIGURE_WITHIN || (far !== '' && farWords?.test(far) === true)
  if (check === undefined) {
    if (far !== '' && farWords?.test(far) === true) return 0.75
    const isNearest =
      distance < scan.distance('figure.other', start) && distance < scan.distance('phone', start)
    return distance <= UNCHECKED_WITHIN && isNearest ? 0.75 : 0
  }
  if (isNamed && check(code)) return 0.95
  // Right behind its name a number with a wrong digit is a slip of somebody's hand.
  if (distance <= SLIP_WITHIN) return SLIP_CONFIDENCE
  if (isNamed) return 0
  return rule === 'national-id' && isAnyNear(scan, start, far) && check(code) ? ANY_CONFIDENCE : 0
}

const isAnyNear = (scan: Scan, start: number, far: string): boolean =>
  scan.distance('figure.any', start) <= UNCHECKED_WITHIN || (far !== '' && FAR_ANY.test(far))

/** An identity number of a country that isn't known here. */
function unknown(
  scan: Scan,
  { end, compact }: Figure['parts'][number],
  start: number,
  far: string,
): Match | undefined {
  if (!/^(?=(?:[A-Z]{0,6}\d){5})[A-Z0-9]{6,18}$/.test(compact)) return undefined
  if (!isAnyNear(scan, start, far)) return undefined
  if (scan.distance('figure.other', start) < scan.distance('figure.any', start)) return undefined
  return { rule: 'national-id', start, end, confidence: 0.55, country: '' }
}

function byLayout(scan: Scan, start: number, length: number): void {
  for (const { layout, pattern, check, rule, alone: sure, country } of alone[length] ?? []) {
    if (layout === undefined) continue
    scan.spend(1)
    layout.lastIndex = start
    const written = layout.exec(scan.text)?.[0]
    if (written === undefined) continue
    const compact = compactOf(written)
    if (!pattern.test(compact) || check?.(compact) === false) continue
    // Named as something else: only possible.
    const isOther = scan.distance('figure.other', start) <= OTHER_WITHIN
    const confidence = isOther ? Math.min(sure, 0.4) : sure
    scan.claim(rule, start, start + written.length, confidence, countries(country))
    if (scan.claimedTo > start) return
  }
}

const compactOf = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase()

/** A text that is one number and nothing else may be any number that fits it. The key of a JSON member says what it is. */
function bare(scan: Scan): void {
  const { text } = scan
  if (scan.key !== '' || scan.claimedTo > 0 || text.length > BARE_MAX || text.length < 5) return
  scan.spend(text.length)
  if (!/^\s*[A-Za-z0-9][A-Za-z0-9 ./:()-]*\s*$/.test(text) || !/\d{3}|\d[A-Z]/i.test(text)) return
  const compact = compactOf(text)
  if (isCounted(compact)) return
  const seen = new Set<RuleName>()
  const start = text.length - text.trimStart().length
  const end = text.trimEnd().length
  for (const format of byLength[compact.length] ?? []) {
    if (!format.isBare || seen.has(format.rule) || !format.pattern.test(compact)) continue
    if (format.check === undefined ? isTyped(compact) : !format.check(compact)) continue
    const isPiece = format.weak !== 'layout' && end - start === compact.length
    if (format.weak !== undefined && !isPiece && !isInLayout(format, text, start)) continue
    seen.add(format.rule)
    const confidence = format.check === undefined ? 0.2 : 0.35
    scan.claim(format.rule, start, end, confidence, countries(format.country))
  }
}

const isInLayout = ({ layout }: IdFormat, text: string, start: number): boolean => {
  if (layout === undefined) return false
  layout.lastIndex = start
  return layout.test(text)
}

/** `A12345678`, `AB0123456`: what people type who need any number. No check digit says otherwise. */
const isTyped = (compact: string): boolean =>
  /^[A-Z]{1,3}\d{6,10}$/.test(compact) && '0123456789'.includes(compact.replaceAll(/\D/g, ''))

/** 1234567890 and 11111111: what people type instead of a number. */
const isCounted = (compact: string): boolean =>
  '12345678901234567890'.startsWith(compact) || /^(.)\1+$/.test(compact)
