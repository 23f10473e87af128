import { SYMBOL_BITS } from '../characters.ts'
import { symbolOf } from '../lexicon.ts'
import type { Scan } from '../scan.ts'
import {
  COMPLAINTS,
  CONDITION_PAIRS,
  CONDITIONS,
  DRUGS,
  ENDINGS,
  NOT_AFTER,
} from './clinical-words.ts'

/** A word that the window cuts is read on for at most this long; two words that belong together are no longer. */
const WORD_MAX = 24

const VALUE =
  /\b(?:bp|ta|rr|hba1c|a1c|spo2|inr|egfr)[ :=]{1,3}(?:of |is |de )?\d|\b\d{2,3}\/\d{2,3} ?mm ?hg|\d ?(?:mg|mcg|µg)\b/i
const ICD_10 = /\b[A-TV-Z]\d\d\.\d{1,2}\b/

/** Names of the contexts in which the reading goes on where the last one ended, so that no text is read twice. */
const READ = 'clinical.read'
const READ_NOTE = 'clinical.read-note'
/** For the detector to declare: contexts that this file keeps, and the one that tells that somebody's health was found. */
export const PERSONAL = 'clinical.personal'
export const CLINICAL_CONTEXTS = { [READ]: [], [READ_NOTE]: [], [PERSONAL]: [] } as const

/**
 * Notes that somebody's health is told if an illness or drug stands in reach and nothing between is `without`.
 * What has been read without success is not read again: of one text, everything at most about twice.
 */
export function findClinical(
  scan: Scan,
  from: number,
  to: number,
  without: RegExp | undefined,
): void {
  if (scan.count(PERSONAL) > 0) return
  const start = resume(scan, READ, from)
  const stop = wordEnd(scan.text, to)
  if (stop <= start) return
  scan.spend(stop - start)
  const at = firstClinical(scan.text, start, stop, false)
  if (at < 0) scan.place(READ, stop)
  else if (without?.test(scan.text.slice(from, Math.max(from, at))) !== true)
    scan.note(PERSONAL, at)
}

/** Before a patient or birth date, and behind. */
const BEFORE_NOTE = 80
const AFTER_NOTE = 240

/** The same around somebody who is named as a patient: complaints, values, doses and codes tell, too. */
export function findInNote(scan: Scan, at: number): void {
  if (scan.count(PERSONAL) > 0) return
  const start = resume(scan, READ_NOTE, Math.max(0, at - BEFORE_NOTE))
  const stop = wordEnd(scan.text, at + AFTER_NOTE)
  if (stop <= start) return
  scan.spend(stop - start)
  const text = scan.text.slice(start, stop)
  const isFound =
    firstClinical(scan.text, start, stop, true) >= 0 || VALUE.test(text) || ICD_10.test(text)
  if (isFound) scan.note(PERSONAL, at)
  else scan.place(READ_NOTE, stop)
}

/** Where to read on: a little before where the last reading ended, for the words that lie across. */
function resume(scan: Scan, context: string, from: number): number {
  const readTo = from - scan.distance(context, from)
  return Math.max(from, readTo - WORD_MAX)
}

function wordEnd(text: string, to: number): number {
  const end = Math.min(to, text.length)
  const stop = Math.min(end + WORD_MAX, text.length)
  let at = end
  while (at < stop && symbolOf(text.charCodeAt(at)) !== 0) at++
  return at
}

/** Which words may be one of the lists, by their first three symbols: spares most words a look-up. */
const MAY_BEGIN = new Uint8Array(1 << (3 * SYMBOL_BITS))
const PAIR_ENDS = new Set([...CONDITION_PAIRS].map((pair) => pair.slice(pair.indexOf(' ') + 1)))
for (const word of [...CONDITIONS, ...COMPLAINTS, ...DRUGS, ...PAIR_ENDS]) {
  MAY_BEGIN[beginning(word, 0)] = 1
}
/** The same for the last three, not counting a final vowel. */
const MAY_END = new Uint8Array(1 << (3 * SYMBOL_BITS))
for (const ending of ENDINGS) MAY_END[beginning(ending, ending.length - 3)] = 1
/** So much stands before an ending at least, and the shortest is this long. */
const STEM_LENGTH_MIN = 3
const ENDING_LENGTH_MIN = 4

/** Where the first illness or drug begins; -1 if there is none. */
function firstClinical(text: string, from: number, to: number, isNote: boolean): number {
  let start = from
  let lastStart = from
  let lastEnd = from
  while (start < to) {
    let end = start
    while (end < to && symbolOf(text.charCodeAt(end)) !== 0) end++
    const length = end - start
    if (length > 2 && (mayBegin(text, start) || mayEnd(text, start, end))) {
      const word = fold(text.slice(start, end))
      const last = text.slice(lastStart, lastEnd)
      if (isClinical(word, isNote) && !NOT_AFTER.test(last)) return start
      const isPair = PAIR_ENDS.has(word) && start === lastEnd + 1
      if (isPair && CONDITION_PAIRS.has(`${fold(last)} ${word}`)) return lastStart
    }
    if (length > 0) {
      lastStart = start
      lastEnd = end
    }
    start = end + 1
  }
  return -1
}

/** The first three symbols at `at`, as one number. */
function beginning(text: string, at: number): number {
  const first = symbolOf(text.charCodeAt(at))
  const second = symbolOf(text.charCodeAt(at + 1))
  return (((first << SYMBOL_BITS) | second) << SYMBOL_BITS) | symbolOf(text.charCodeAt(at + 2))
}

/** Letters with accents have no symbol of their own, so that words with one early are looked up. */
const mayBegin = (text: string, at: number): boolean =>
  MAY_BEGIN[beginning(text, at)] === 1 || /[À-ɏ]/.test(text.slice(at, at + 3))

function mayEnd(text: string, start: number, end: number): boolean {
  if (end - start < STEM_LENGTH_MIN + ENDING_LENGTH_MIN) return false
  return MAY_END[beginning(text, (isVowelAt(text, end - 1) ? end - 1 : end) - 3)] === 1
}

/** One that drugs and illnesses end in. */
function isVowelAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at) | 0x20
  return code === 0x61 || code === 0x65 || code === 0x6f
}

/** Small letters without accents. */
const fold = (word: string): string => {
  const small = word.toLowerCase()
  return /^[a-z0-9]*$/.test(small) ? small : small.normalize('NFD').replaceAll(/\p{M}/gu, '')
}

function isClinical(word: string, isNote: boolean): boolean {
  if (CONDITIONS.has(word) || DRUGS.has(word) || (isNote && COMPLAINTS.has(word))) return true
  const stem = isVowelAt(word, word.length - 1) ? word.slice(0, -1) : word
  if (DRUGS.has(stem)) return true
  return ENDINGS.some(
    (ending) => stem.endsWith(ending) && stem.length >= ending.length + STEM_LENGTH_MIN,
  )
}
