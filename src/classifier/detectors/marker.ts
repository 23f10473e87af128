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
    // Only ASCII letters are matched in either case.
    'À usage interne',
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
    const standing = declared ?? STANDING.get(phrase)
    if (standing === undefined) {
      coded(scan, phrase, start, end)
      return
    }
    if (isInCode(scan.text, start, end)) return
    const isMarking =
      declared === undefined
        ? isStamp(scan, phrase, start, end)
        : isDeclared(scan, declared, start, end)
    if (isMarking)
      scan.claim(standing, start, end, declared === undefined ? STANDS_ALONE : DECLARED)
    else if (!WEAK.has(phrase)) scan.report(standing, start, end, MENTIONED)
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

/** Words that are also names of variables, states and kinds: they mark a text only as its first or last line. */
const WEAK = new Set(
  'internal intern interne interno secret geheim restricted privileged proprietary embargoed'.split(
    ' ',
  ),
)
const EDGE = 240

/** Part of a name, a string, a list or a call. */
function isInCode(text: string, start: number, end: number): boolean {
  const before = text.charAt(start - 1)
  const after = text.charAt(end)
  // The beginning of a string; those of JSON, which also carries documents, are read.
  if (/(?:[:=(,[?] ?['`]|[=(] ?")$/.test(text.slice(Math.max(0, start - 3), start))) return true
  if (before !== '' && `'"\``.includes(before) && before === after) return true
  if (before !== '' && '_.$`/\\@<{=%#-'.includes(before) && before !== after) return true
  return after !== '' && '_`(/\\@>{=$'.includes(after)
}

/** A sentence that says it of this very text; a line of its own; not a remark in code (`@deprecated for internal use`). */
function isDeclared(scan: Scan, rule: RuleName, start: number, end: number): boolean {
  const { text } = scan
  if (isDefined(text, end)) return false
  const line = text.slice(Math.max(0, start - 160), start)
  const isRemark =
    /(?:^|\n)[ \t]*(?:\/\/|\/?\*{1,2}(?!\*)|#(?!#)|--|;|%)[^\n]*$|[;{},] {1,8}(?:\/\/|#) $/.test(
      line,
    )
  if (isRemark) return false
  return rule !== 'marker-internal' || /^\p{Lu}/u.test(text.charAt(start)) || STATEMENT.test(line)
}

/** `"Confidential Information" means …`: a contract that defines the words, or is being written about. */
const isDefined = (text: string, end: number): boolean =>
  /^["'”’)]{1,3}\s{0,2}(?:means|shall mean|includes|refers|is defined)/.test(
    text.slice(end, end + 24),
  )

/** `This document is`, `the attached figures remain`. */
const STATEMENT =
  /\b(?:this|these|the (?:following|attached|enclosed|below)) (?:[\w'-]{1,16} ){0,3}(?:is|are|remains?|contains?|marked|classified as|stays?)(?: \w{1,12}){0,2} ?["']?$/i

/** A heading or stamp: `CONFIDENTIAL`, `[Confidential]`, `Confidential – Acme`, a line of its own; or said of this text. */
function isStamp(scan: Scan, phrase: string, start: number, end: number): boolean {
  const { text } = scan
  const before = text.slice(Math.max(0, start - 60), start)
  const after = text.slice(end, end + 24)
  const word = text.slice(start, end)
  const isCapital = /^\p{Lu}/u.test(word)
  if (WEAK.has(phrase)) {
    const isEdge = start < EDGE || text.length - end < EDGE
    return (
      isEdge &&
      word === word.toUpperCase() &&
      /(?:^|\n)[\s*#>=~-]{0,6}$/.test(before) &&
      /^[\s*=~-]{0,6}(?:$|\n)/.test(after)
    )
  }
  if (STATEMENT.test(before)) return true
  if (!isCapital) return false
  if (/[[(【] ?$/.test(before))
    return /^ ?[\])】]/.test(after) || (word === word.toUpperCase() && /^ ?[:;–—-] /.test(after))
  const opens = /(?:^|\n)[ \t*#_>=~-]{0,8}$/.test(before)
  const closes = /^[ \t*_.!=~-]{0,8}(?:$|\n)/.test(after)
  if (opens && closes) return true
  const isShouted = word === word.toUpperCase()
  return (
    (opens && /^\*{0,2} ?[:–—|-] ?\*{0,2}\s?\S/.test(after)) ||
    (isShouted && word.length > 6 && (opens || closes) && / $|^$|\n$/.test(before))
  )
}

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
