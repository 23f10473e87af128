import type { Detector } from '../detector.ts'
import { readText } from '../learned/read.ts'
import type { Scan } from '../scan.ts'

const NAME =
  "(?:[A-Z\\u00c0-\\u00de][a-z\\u00df-\\u024f]{1,24}(?:['’-][A-Z\\u00c0-\\u00de]?[a-z\\u00df-\\u024f]{1,24}){0,2}|[A-Z]['’][A-Z][a-z]{1,24}|Mc[A-Z][a-z]{1,24})"
const INITIAL = '(?:[A-Z]\\. ?)'
const PARTICLE = '(?:(?:van|von|der|den|de|la|del|di|da|dos|le|bin|al|el|y) ){0,2}'
const FULL = `${NAME}(?: ${INITIAL}{0,2}${PARTICLE}${NAME}){1,3}`

/** `Mr. Smith`, `Dr Jane Doe`. */
const AFTER_TITLE = new RegExp(
  `\\.?[ \\u00a0]{1,2}(${INITIAL}{0,2}${PARTICLE}${NAME}(?: ${INITIAL}{0,2}${PARTICLE}${NAME}){0,2})`,
  'y',
)
/** `Dear Jane Doe`. */
const AFTER_GREETING = new RegExp(` (${FULL})`, 'y')
/** `Patient: Jane Doe`, `"full_name": "Jane Doe"`, `Name = Doe, Jane`. */
const AFTER_LABEL = new RegExp(
  `["'*_]{0,3} ?[:=][ \\t*_]{0,4}["']?(${FULL}|${NAME}, ${NAME})(?![a-z0-9])`,
  'y',
)
const WHOLE = new RegExp(`^${FULL}$`)

const TITLES = [
  'mr',
  'mrs',
  'ms',
  'miss',
  'mx',
  'dr',
  'prof',
  'professor',
  'herr',
  'herrn',
  'frau',
  'monsieur',
  'madame',
  'señor',
  'señora',
  'doña',
  'sra',
  'dott',
]
const LABELS = [
  'name',
  'full name',
  'fullname',
  'patient',
  'patient name',
  'customer',
  'customer name',
  'client',
  'client name',
  'employee',
  'employee name',
  'contact name',
  'cardholder',
  'cardholder name',
  'account holder',
  'beneficiary',
  'applicant',
  'insured',
  'policyholder',
  'nombre',
  'nom',
  'paciente',
  'kunde',
  'patientin',
  'naam',
  'nome',
  'imię i nazwisko',
]
/** Whom letters greet when they know no name. */
const NOBODY =
  /^(?:Sir|Madam|Hiring|Customer|Team|Editor|Colleague|Friend|Valued|Members?|All|Santa|Future|Human|Recruit|Admission|Selection|God|Lord|Mom|Dad)/

/**
 * Names: those that a title, a label or a greeting announces, and those that the tagger recognises by their letters and
 * surroundings. What both found is reported once. The tagger's places and organisations are reported, too.
 */
export const person: Detector = {
  name: 'person',
  contexts: { person: LABELS },
  words: [...TITLES, ...LABELS, 'dear'],
  atWord: (scan, start, end) => {
    const word = scan.text.slice(start, end)
    const lower = word.toLowerCase()
    if (lower === 'dear') greeting(scan, end)
    else if (TITLES_SET.has(lower)) title(scan, word, end)
    else if (isLabel(scan.text, end)) find(scan, AFTER_LABEL, end, 0.75)
  },
  atEnd: (scan) => {
    const { text } = scan
    const announced = announcedIn(scan)
    if (scan.kind === 'string' && text.length <= 60 && text.length > 4) {
      // The whole value of a key that promises a name.
      scan.spend(text.length)
      const isName = scan.distance('person', 0) <= 2 && WHOLE.test(text)
      if (isName) announced.push({ start: 0, end: text.length, confidence: 0.75 })
    }
    if (scan.kind === 'string') recognise(scan, announced)
    else
      for (const { start, end, confidence } of announced)
        scan.report('person', start, end, confidence)
    announced.length = 0
  },
}

type Announced = { start: number; end: number; confidence: number }

/** What was announced so far in the text being scanned. Scratch space: a text that failed leaves some behind. */
const ANNOUNCED: { base: number; scan: Scan | undefined; readonly names: Announced[] } = {
  base: 0,
  scan: undefined,
  names: [],
}

function announcedIn(scan: Scan): Announced[] {
  if (ANNOUNCED.scan !== scan || ANNOUNCED.base !== scan.base) {
    ANNOUNCED.names.length = 0
    ANNOUNCED.scan = scan
    ANNOUNCED.base = scan.base
  }
  return ANNOUNCED.names
}

function recognise(scan: Scan, announced: Announced[]): void {
  const { units, entities } = readText(scan.text)
  scan.spend(units)
  let next = 0
  for (const { kind, start, end, confidence } of entities) {
    if (kind !== 'person') {
      scan.report(kind, start, end, confidence)
      continue
    }
    while (next < announced.length && (announced[next]?.end ?? 0) <= start) next++
    const same = announced[next]
    if (same === undefined || same.start >= end) scan.report('person', start, end, confidence)
    else {
      same.start = Math.min(same.start, start)
      same.end = Math.max(same.end, end)
      same.confidence = Math.max(same.confidence, confidence)
    }
  }
  for (const { start, end, confidence } of announced) scan.report('person', start, end, confidence)
}

/** A colon or equals sign comes next, or after quotes and stars. */
function isLabel(text: string, end: number): boolean {
  for (let at = end; at < end + 5 && at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x3a || code === 0x3d) return true
    if (!'"\'*_ '.includes(text.charAt(at))) return false
  }
  return false
}

const TITLES_SET = new Set(TITLES)

function find(scan: Scan, pattern: RegExp, at: number, confidence: number): void {
  scan.spend(32)
  pattern.lastIndex = at
  const name = pattern.exec(scan.text)?.[1]
  if (name === undefined || NOBODY.test(name)) return
  const end = pattern.lastIndex
  const announced = announcedIn(scan)
  // `full name:` and `name:` lead to the same one.
  if ((announced.at(-1)?.end ?? 0) >= end) return
  announced.push({ start: end - name.length, end, confidence })
}

/** Titles begin with a capital and go on small; `MS` and `don` are other words. */
function title(scan: Scan, word: string, end: number): void {
  if (/^[A-Z][a-zñ]{1,12}$/.test(word)) find(scan, AFTER_TITLE, end, 0.85)
}

function greeting(scan: Scan, end: number): void {
  find(scan, AFTER_GREETING, end, 0.75)
}
