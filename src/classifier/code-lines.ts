import { isWordCode } from './characters.ts'

/** As much of a text as is looked at. */
const SAMPLE_MAX = 8_000
/** Lines that only code has, in number and of all that are neither blank nor comments. Records in JSON, CSV or prose have none. */
const LINES_MIN = 3
const SHARE_MIN = 0.15
/** Longer lines are prose, data or what machines made. */
const LINE_MAX = 240

/** Begins with a word of a language, as it is written there; or sets, calls or lists what only code names so. */
const BEGINS =
  /^(?:["']use strict["']|(?:>>>|import|export|const|let|var|function|async|def|class|fn|func|impl|public|private|static|interface|type|return|throw|await|package|assert|typedef|struct|enum|extern|inline|namespace) |#(?:include|define|undef|ifn?def|if|elif|else|endif|pragma)\b|\} ?(?:else|catch|from)\b|(?:if|for|while|switch|elsif) ?\(|(?:fi|done|esac|else|then|do|;;)$|(?:if|elif) \[|case \S+ in$|[A-Za-z_]\w*=["'$(]|(?:my|our|local) ?[($@%]|use [\w:]+;|sub \w+ ?\{|raise \w+[(.]|from [\w.]+ import |\w+\??: [A-Z]\w*;$|(?:\w+: ?)?[A-Za-z]*[a-z][A-Z]\w*,$|[\w.]+:\s{1,30}[A-Za-z_][\w.]*,$|\$ [\w{./-]+ |[\w.]+ ?\([^()]{0,160}\)?;?$|[A-Z][A-Z0-9]*_[A-Z0-9_]* ?=|[\w.$]+(?:\[[^\]\n]{0,40}\])? ?[-+*|&]?=>? ?[\w.$]+\(|\w+_\w+(?: ?= ?\w+)?,(?: *\/[/*].*)?$)/
/** Ends as a statement or a block does. */
const ENDS = /(?:\);|\) ?\{|=> ?\{|\}\);?)$/
const STATEMENT = / = |->|\$\w/
const COMMENT = /^(?:\/[/*]|\*[ /]|\*$)/

function isCodeLine(line: string): boolean {
  if (line.length > LINE_MAX) return BEGINS.test(line.slice(0, LINE_MAX))
  return BEGINS.test(line) || ENDS.test(line) || (line.endsWith(';') && STATEMENT.test(line))
}

/** The text is source code, or mostly. */
export function hasCodeLines(text: string): boolean {
  let code = 0
  let all = 0
  for (const whole of text.slice(0, SAMPLE_MAX).split('\n')) {
    const line = whole.replace(CHANGED, '').trim()
    if (line === '' || COMMENT.test(line)) continue
    all++
    if (isCodeLine(line)) code++
  }
  if (code >= LINES_MIN && code >= SHARE_MIN * all) return true
  return GENERATED.test(text.slice(0, HEAD_MAX)) || isDense(text.slice(0, DENSE_MAX))
}

/** What tools write at the top of what they write. */
const GENERATED =
  /^["']use strict["'];|\b(?:auto-?generated|code generated|generated (?:by|from|file)|do not edit)\b/i
const HEAD_MAX = 300

/** Of what is not blank, the signs of calls and assignments: over 6 % in minified code; prose, records and mark-up have under 3 %. */
const SIGNS_MIN = 0.06
/** Letters in words: under 12 % in tables of numbers. Lists of findings in a laboratory have over 30 %. */
const WORDS_MIN = 0.12
const DENSE_MIN = 200
const DENSE_MAX = 2_000

/** Code without lines, or numbers without words. */
function isDense(text: string): boolean {
  let all = 0
  let signs = 0
  let words = 0
  let run = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isLetter(code)) {
      run++
      continue
    }
    all += run
    if (run > 1) words += run
    run = 0
    if (code <= 0x20) continue
    all++
    // ( ) ; =
    if (code === 0x28 || code === 0x29 || code === 0x3b || code === 0x3d) signs++
    // A digit or a line in front: the letters are part of a number.
    else if (isWordCode(code)) {
      const end = wordEnd(text, at)
      all += end - at - 1
      at = end - 1
    }
  }
  all += run
  if (run > 1) words += run
  if (all < DENSE_MIN) return false
  return (
    words < WORDS_MIN * all ||
    (signs >= SIGNS_MIN * all && text.includes('(') && text.includes('='))
  )
}

const isLetter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code >= 0xaa

function wordEnd(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && isWordCode(text.charCodeAt(at))) at++
  return at
}

/** A line of a change begins with a sign of its own. */
const CHANGED = /^[+-](?![+-])/
