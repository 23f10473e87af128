import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { isFarScript } from '../tokens.ts'

const BEFORE_MAX = 32
const AGE = '(1[01]\\d|[1-9]?\\d)'
/** `Age: 34`, `edad = 34`, `aged 34`. */
const AFTER = new RegExp(
  `^["'\\])]{0,2}[ \\t]{0,2}(?:[:=]|is|of)?["' \\t]{0,3}${AGE}(?![\\d.,%:/-])`,
  'i',
)
/** The number in front of "years old" and the like. */
const NUMBER = new RegExp(`(?:^|[^\\d.,$\\u20ac-])${AGE}[ -]?$`)

const LABELS = [
  'age',
  'aged',
  'edad',
  '\u00e2ge',
  'et\u00e0',
  'leeftijd',
  'idade',
  'wiek',
  '\u00e5lder',
  'alter',
  'ik\u00e4',
]
const OLD = [
  'years old',
  'year old',
  'yrs old',
  'yr old',
  'years of age',
  'y/o',
  'yo',
  'a\u00f1os',
  'ans',
  'jahre alt',
  'j\u00e4hrige',
  'j\u00e4hriger',
  'j\u00e4hrigen',
  'anni',
  'jaar oud',
  'jarige',
  'anos',
  'anos de idade',
  'lat',
  '\u00e5r gammal',
  '\u00e5rig',
]
/** Who is of that age: somebody, not things, firms or whoever. */
const SOMEBODY =
  /(?:^|[^a-z])(?:i am|i'm|i’m|he is|he's|she is|she's|my [a-z]{2,12}(?: is)?,?|patient|var\u00f3n|mujer|hombre|paciente|ni\u00f1[oa]|ich bin|er ist|sie ist|j'ai|il a|elle a|ho|ha|tengo|tiene|tem|mam|jag \u00e4r|ik ben|[A-Z][a-z]{2,20},?(?: is| was)?)(?: de| of| ein| a| an)? $/
const SOMEBODY_BEHIND =
  /^,? ?(?:(?:[a-z-]{2,14} ){0,2}(?:male|female|patient|gentleman|lady)|m\b|f\b|var\u00f3n|mujer|hombre|paciente)/i

/** Ages of somebody. Without a person beside it an age is only possible: children's books and policies are full of them. */
export const age: Detector = {
  name: 'age',
  words: [...LABELS, ...OLD],
  atWord: (scan, start, end) => {
    const word = scan.text.slice(start, end).toLowerCase()
    if (LABELS.includes(word)) labelled(scan, start, end)
    else counted(scan, start, end)
  },
  contexts: { age: LABELS },
  /** `45岁`, `34歳`, `34세`, `عمره 34`. */
  atShort: (scan, start, end) => {
    const { text } = scan
    if (end - start > 3 || end - start < 2) return
    const isCounted = end < text.length && '\u5c81\u6b72\u6b73\uc138'.includes(text.charAt(end))
    if (!isCounted && !isFarScript(text, start)) return
    scan.spend(8)
    if (!WHOLE.test(text.slice(start, end))) return
    if (isCounted) scan.claim('age', start, end + 1, 0.6)
    else if (FAR_WORD.test(text.slice(Math.max(0, start - 8), start))) {
      scan.claim('age', start, end, 0.6)
    }
  },
  /** The whole value of a key that promises it. */
  atEnd: (scan) => {
    const { text } = scan
    if (scan.kind === 'key' || scan.key === '' || text.length > 3) return
    if (scan.distance('age', 0) <= KEY_WITHIN && WHOLE.test(text)) {
      scan.claim('age', 0, text.length, 0.7)
    }
  },
}

/** "Age" in Chinese, Japanese, Korean and Arabic. */
const FAR_WORD =
  /(?:\u5e74\u9f84|\u5e74[\u9f61\u9f62]|\ub098\uc774|\u0639\u0645\u0631[\u0647\u0627\u064a]{0,2})[^\d]{0,3}$/
const KEY_WITHIN = 2
const WHOLE = new RegExp(`^${AGE}$`)

function labelled(scan: Scan, start: number, end: number): void {
  scan.spend(12)
  const { text } = scan
  // `maxAge`, `Max-Age`: of what is cached.
  if (start > 0 && /[A-Za-z-]/.test(text.charAt(start - 1))) return
  const found = AFTER.exec(text.slice(end, end + 16))
  const digits = found?.[1]
  if (found === null || digits === undefined) return
  const to = end + found[0].length
  const isField = /[:=]/.test(found[0])
  const isNamed = SOMEBODY.test(text.slice(Math.max(0, start - BEFORE_MAX), start))
  scan.claim('age', to - digits.length, to, isField ? 0.7 : isNamed ? 0.6 : 0.4)
}

function counted(scan: Scan, start: number, end: number): void {
  scan.spend(16)
  const { text } = scan
  const from = Math.max(0, start - BEFORE_MAX)
  const before = text.slice(from, start)
  const digits = NUMBER.exec(before)?.[1]
  if (digits === undefined) return
  const at = start - (/[ -]$/.test(before) ? 1 : 0) - digits.length
  const isSomebody =
    SOMEBODY.test(text.slice(from, at)) || SOMEBODY_BEHIND.test(text.slice(end, end + 32))
  scan.claim('age', at, end, isSomebody ? 0.7 : 0.4)
}
