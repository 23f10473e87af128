import type { Detector } from '../detector.ts'
import type { RuleName } from '../levels.ts'
import type { Scan } from '../scan.ts'
import { DECLARING, FAR, LABELS, STANDING } from './marker-phrases.ts'

const DECLARED = 0.8
const STANDS_ALONE = 0.7
/** Talked about, as far as one can tell. */
const MENTIONED = 0.3

/** Phrases by which people say how a text is to be handled. */
export const marker: Detector = {
  name: 'marker',
  words: [
    ...DECLARING.keys(),
    ...STANDING.keys(),
    ...LABELS.keys(),
    'tlp',
    'distribution statement',
  ],
  atWord: (scan, start, end) => {
    const phrase = scan.text
      .slice(start, end)
      .toLowerCase()
      .replaceAll(/[-_\n]/g, ' ')
    scan.spend(64)
    const declared = DECLARING.get(phrase)
    if (declared !== undefined) {
      scan.claim(declared, start, end, isDefined(scan, end) ? MENTIONED : DECLARED)
      return
    }
    const standing = STANDING.get(phrase)
    if (standing !== undefined) {
      const confidence = standsAlone(scan, start, end) ? STANDS_ALONE : MENTIONED
      if (isShort(standing) && confidence < STANDS_ALONE) return
      scan.report(standing, start, end, confidence)
      return
    }
    coded(scan, phrase, start, end)
  },
  atEnd: (scan) => {
    const { text } = scan
    if (!OTHER_SCRIPT.test(text)) return
    scan.spend(text.length >> 3)
    for (const [phrase, rule] of FAR) farMarker(scan, phrase, rule)
  },
}

/** Cyrillic, Arabic, kana, Chinese, Korean. */
const OTHER_SCRIPT = /[\u0400-\u052f\u0600-\u06ff\u3040-\u9fff\uac00-\ud7a3]/

/** `internal` as a heading means something, anywhere else nothing. */
const isShort = (rule: RuleName): boolean => rule === 'marker-internal'

/** `"Confidential Information" means …`: a contract that defines the words, or is being written about. */
const isDefined = (scan: Scan, end: number): boolean =>
  /^["'”’)]{1,3}\s{0,2}(?:means|shall mean|includes|refers|is defined)/.test(
    scan.text.slice(end, end + 24),
  )

/** Traffic light protocol (FIRST), statements of DoD Instruction 5230.24, ECCN of 15 CFR 774, labels with a value. */
function coded(scan: Scan, phrase: string, start: number, end: number): void {
  const rest = scan.text.slice(end, end + 40)
  if (phrase === 'tlp') {
    const colour = /^ ?: ?(RED|AMBER)/.exec(rest)?.[1]
    if (colour !== undefined)
      scan.claim(
        colour === 'RED' ? 'marker-strict' : 'marker-confidential',
        start,
        end + 1 + colour.length,
        DECLARED,
      )
  } else if (phrase === 'distribution statement') {
    if (/^ ?:? ?[B-F]\b/.test(rest)) scan.claim('marker-export', start, end, DECLARED)
  } else {
    const rule = LABELS.get(phrase)
    // `employee_id` is a column of half of all examples of SQL.
    if (rule === undefined || scan.text.slice(start, end).includes('_')) return
    const isCoded =
      rule === 'marker-export'
        ? /^(?: is|:)? ?(?:[0-9][A-E][0-9]{3}(?:\.[a-z])?|[IVX]{1,5}\b)/.test(rest)
        : /^ ?[:=] ?[$€£]?[\p{Lu}\d]/u.test(rest)
    if (isCoded) scan.claim(rule, start, end, STANDS_ALONE)
  }
}

function farMarker(scan: Scan, phrase: string, rule: RuleName): void {
  const { text } = scan
  let at = text.indexOf(phrase)
  while (at >= 0) {
    const end = at + phrase.length
    scan.spend(16)
    if (
      /(?:^|[\n【[(（《「])[ *#]{0,4}$/.test(text.slice(Math.max(0, at - 6), at)) &&
      /^[ *]{0,4}(?:$|[\n】\])）》」：:])/.test(text.slice(end, end + 6))
    )
      scan.report(rule, at, end, STANDS_ALONE)
    at = text.indexOf(phrase, end)
  }
}

/** A heading or stamp (`CONFIDENTIAL`, `[Confidential]`, a line of its own), or said of this very text. */
function standsAlone(scan: Scan, start: number, end: number): boolean {
  const { text } = scan
  const before = text.slice(Math.max(0, start - 40), start)
  const after = text.slice(end, end + 24)
  const opens = /(?:^|[\n[(|])[\s*#_>"'=~-]{0,6}$/.test(before)
  const closes = /^[\s*_"'.!]{0,4}(?:$|[\n\])|:;—–-])/.test(after)
  if (opens && closes) return true
  const isShouted = text.slice(start, end) === text.slice(start, end).toUpperCase()
  if (isShouted && end - start > 6 && (opens || closes)) return true
  return /\b(?:this|these|the (?:following|attached|enclosed|below))[ \w'-]{0,24} (?:is|are|remains?|contains?|marked|classified as|stays?)(?: \w{1,12}){0,2} ?["']?$/i.test(
    before,
  )
}
