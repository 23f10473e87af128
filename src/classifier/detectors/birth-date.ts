import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { isFarScript } from '../tokens.ts'
import { findInNote } from './clinical.ts'

const MONTH =
  '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic|mär|mai|okt|dez|janv|févr|avr|juin|juil|août|déc)[a-zéûä]{0,7}\\.?'
const YEAR = '(?:19|20)\\d\\d'
const DATE = [
  `${YEAR}[-/.]\\d{1,2}[-/.]\\d{1,2}`,
  `\\d{1,2}[-/. ]{1,2}\\d{1,2}[-/. ]{1,2}(?:${YEAR}|\\d\\d)`,
  `\\d{1,2}(?:st|nd|rd|th|\\.|er)?(?: of| de)? ${MONTH},?(?: de)? ${YEAR}`,
  `\\d{1,2}-${MONTH}-(?:${YEAR}|\\d\\d)`,
  `${MONTH} \\d{1,2}(?:st|nd|rd|th)?,? ${YEAR}`,
  '(?:19|20)\\d{6}',
].join('|')

/** From the word to the date: `DOB (mm/dd/yyyy): 03/04/1975`, `date of birth is the 3rd of May 1975`, `"dob":"1975-03-04"`. */
const AFTER = new RegExp(
  `\\.?["'\\])]{0,2}[ \\t]{0,3}(?:\\([a-z/.-]{1,12}\\)|is|was|on|of|am|\\.? it's)?[ \\t]{0,2}(?:the )?[:=]{0,2}["' \\t]{0,3}(?:\\n[ \\t]{0,4})?(${DATE})(?!\\d)`,
  'iy',
)

/** Words that are said of a person who is on file. "Born" is said of everybody in history. */
const ON_FILE = new Set([
  'dob',
  'd.o.b',
  'd.o.b.',
  'date of birth',
  'birth date',
  'birthdate',
  'dateofbirth',
  'birthday',
  'geburtsdatum',
  'geboren am',
  'geb',
  'fecha de nacimiento',
  'date de naissance',
  'data di nascita',
  'geboortedatum',
  'data de nascimento',
  'data urodzenia',
  'födelsedatum',
  'f. nacimiento',
  'birth_date',
  'birth',
  'born on date',
  'geb.',
  'geb. datum',
  'geburtstag',
  'nacimiento',
  'fecha nacimiento',
  'fecha nac',
  'f. nac',
  'fec nac',
  'naissance',
  'date naissance',
  'nascita',
  'data nascita',
  'luogo e data di nascita',
  'nascimento',
  'dt nasc',
  'ur.',
  'urodzenia',
  'data ur',
  'födelsedag',
  'födelsetid',
  'fødselsdato',
  'syntymäaika',
  'születési dátum',
  'datum narození',
  'dátum narodenia',
  'data nașterii',
  'doğum tarihi',
  'birthdate',
  'd o b',
])
const HISTORY = [
  'born',
  'né le',
  'née le',
  'nacido el',
  'nacida el',
  'nato il',
  'nata il',
  'nascido em',
  'nascida em',
  'geboren op',
  'geboren',
  'urodzony',
  'urodzona',
  'född',
  'nacido',
  'nacida',
  'né en',
]

export const birthDate: Detector = {
  name: 'birth-date',
  words: [...ON_FILE, ...HISTORY],
  atWord: (scan, start, end) => {
    scan.spend(48)
    AFTER.lastIndex = end
    const date = AFTER.exec(scan.text)?.[1]
    if (date === undefined) return
    const word = scan.text
      .slice(start, end)
      .toLowerCase()
      .replaceAll(/[-_\n]/g, ' ')
    const stop = AFTER.lastIndex
    const confidence = ON_FILE.has(word) ? 0.9 : isOfSomebody(scan, start, date) ? 0.7 : 0.45
    scan.claim('birth-date', stop - date.length, stop, confidence)
    if (confidence >= 0.5) findInNote(scan, start)
  },
  contexts: { birth: [...ON_FILE] },
  /** The whole value of a key that promises it. */
  atEnd: (scan) => {
    const { text } = scan
    if (scan.kind === 'key' || text.length > 30 || text.length < 6 || scan.claimedTo > 0) return
    if (scan.distance('birth', 0) > KEY_WITHIN) return
    scan.spend(text.length)
    if (WHOLE.test(text)) scan.claim('birth-date', 0, text.length, 0.9)
  },
  /** Behind words in scripts that the lexicon doesn't know. */
  atShort: (scan, start, end) => {
    const { text } = scan
    if (end - start > 4 || !isFarScript(text, start)) return
    scan.spend(8)
    if (!FAR_WORDS.test(text.slice(Math.max(0, start - 14), start))) return
    const date = FAR_DATE.exec(text.slice(start, start + 16))?.[0]
    if (date !== undefined) scan.claim('birth-date', start, start + date.length, 0.9)
  },
}

/** `birthDateTime`: the word may stand inside the key. */
const KEY_WITHIN = 6
/** With the time that databases add. */
const WHOLE = new RegExp(`^(?:${DATE})(?:[T ]\\d\\d:[\\d:.Z+]{2,12})?$`, 'i')
const FAR_WORDS =
  /(?:\u51fa\u751f|\u751f\u5e74\u6708\u65e5|\u751f\u65e5|\u8a95\u751f\u65e5|\uc0dd\ub144\uc6d4\uc77c|\u0627\u0644\u0645\u064a\u0644\u0627\u062f|\u05ea\u05d0\u05e8\u05d9\u05da \u05dc\u05d9\u05d3\u05d4)[^\d]{0,8}$/
const FAR_DATE =
  /^(?:(?:19|20)\d\d ?[-\u5e74/.\ub144] ?\d{1,2} ?[-\u6708/.\uc6d4] ?\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d)/

const CAPITAL_NAME = '[A-Z\\u00c0-\\u00de][a-z\\u00df-\\u024f]{1,24}'
const AFTER_PATIENT =
  /(?:^|[^a-z])(?:patient|patientin|patiente|paciente|pt|customer|client|employee|kunde|kundin|cliente)(?: [A-Z\xc0-\xde][\w.\xdf-\u024f-]{0,24}){0,3},? ?\(?(?:was |wurde )?$/i
const AFTER_PRONOUN =
  /(?:^|[^a-z])(?:i|he|she|they|we|ich|er|sie|il|elle|lui|lei|ele|ela|hij|zij) (?:was|am|were|bin|ist|wurde|est|è|e|is|werd) $/i
const AFTER_NAME = new RegExp(`${CAPITAL_NAME}(?: [A-Z]\\.)? ${CAPITAL_NAME}(, ?| ?\\(| )$`)

/** Right behind a patient, or a name. Encyclopedias write `Jane Doe (born March 4, 1961)`. */
function isOfSomebody(scan: Scan, start: number, date: string): boolean {
  scan.spend(64)
  const before = scan.text.slice(Math.max(0, start - 64), start)
  if (AFTER_PATIENT.test(before)) return true
  // Of him or her in figures: encyclopedias write out the month.
  if (AFTER_PRONOUN.test(before) && !/[a-z]/i.test(date)) return true
  const gap = AFTER_NAME.exec(before)?.[1]
  return gap !== undefined && !(gap.includes('(') && /[a-z]/i.test(date))
}
