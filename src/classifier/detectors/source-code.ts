import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'

/** Words of programming languages that prose has little use for. */
const KEYWORDS =
  `const func elif endif nullptr println printf async await struct enum typedef sizeof instanceof extends implements
  boolean undefined lambda foreach isinstance kwargs args stdin stdout malloc strlen std argv argc impl pub mut usize
  println def init self elsif namespace varchar nullable readonly async constexpr goroutine chan defer println echo
  getattr setattr unsigned`
    .split(/\s+/)
    .filter((word, at, all) => all.indexOf(word) === at)

/** Fewer keywords are a mention. */
const KEYWORDS_MIN = 3
const LENGTH_MIN = 120
/** As much of a long text as is looked at for its lines. */
const SAMPLE_MAX = 8_000
/** Share of lines that end or begin as only code does. */
const LINES_MIN = 0.3

/** How a line of code ends, or begins. */
const CODE_LINE =
  /^(?:[^\n]{0,160}[;{}]|[ \t]{0,40}(?:\/\/|#include|import |from [\w.]+ import|def |class \w+[:({]|return\b|if \(|for \(|while \(|else:|try:|@\w+|elif |package [\w.]+|use [\w:]+|fn |func |<\/?\w+)[^\n]{0,160}|[^\n]{0,120}(?:\)|=>|->) ?[:{])[ \t]{0,4}$/gm

/** Code is reported as possible: most of it is anybody's, and generic. */
const POSSIBLE = 0.4
const PROPRIETARY = 0.75

/** Lines by which a maker keeps its code to itself, inside a comment. */
const COMMENT =
  /(?:^|\n)[ \t]{0,8}(?:\/\/|\/?\*{1,2}|#|--|;|<!--|"""|rem )[ \t*#/]{0,8}[^\n]{0,160}$/i
const CLAIMS = [
  'all rights reserved',
  'proprietary',
  'trade secret',
  'trade secrets',
  'confidential',
  'unpublished',
  'internal use only',
  'company confidential',
  'do not distribute',
  'unauthorized',
  'unauthorised',
]
/** What the words must come with to be a claim, on the same line or the next. */
const CLAIM =
  /\b(?:proprietary(?: and confidential| & confidential|,? confidential| information| source| software| code)|confidential (?:and|&) proprietary|(?:is|are|remains?|contains?|constitutes?)(?: the)? (?:proprietary|confidential|unpublished|trade secrets?)|company confidential|strictly confidential|for internal use only|internal use only|unauthori[sz]ed (?:copying|use|distribution|reproduction))\b/i
/** A licence that lets everybody read it: no secret then, whatever the notice beside it says. */
const OPEN =
  /licen[sc]ed? under|apache|\bmit\b|\bbsd\b|\bgpl|\blgpl|mozilla|\bisc\b|spdx-license-identifier: (?!licenseref|proprietary|unlicensed|none)|redistribution|permission is hereby|open[- ]source|creative commons|public domain|free software|see (?:the )?licen[sc]e|license\.(?:txt|md)|(?:file|see) copying\b|unicode|\bpsf\b|\bzlib\b|boost software|creativecommons|eclipse public/i
const NOTICE_SPAN = 1_200

/** Names of machines behind a firewall. */
const INTERNAL_HOST =
  /\b(?:git|gitlab|github|bitbucket|svn|jira|confluence|wiki|artifactory|nexus|jenkins|ci|vault|registry|maven|npm|docker|repo|code|phabricator|gerrit)\.(?:[a-z0-9-]{2,30}\.){0,3}(?:internal|corp|intranet|intra|lan)(?:\.[a-z]{2,12}){0,2}\b(?!\()/i

/**
 * Source code, as opposed to prose and to a snippet in it. That something is code is only possible trouble; that its
 * maker keeps it to itself, by a notice in a comment or the address of an internal repository, is likely trouble.
 */
export const sourceCode: Detector = {
  name: 'source-code',
  contexts: {
    code: KEYWORDS,
    'code.claim': CLAIMS,
    'code.host': ['internal', 'corp', 'intranet', 'intra', 'lan'],
  },
  atEnd: (scan) => {
    const { text } = scan
    if (scan.kind !== 'string' || text.length < LENGTH_MIN || !scan.hasSigns) return
    const isCode = scan.count('code') >= KEYWORDS_MIN || hasFence(text)
    if (!isCode) return
    const lines = codeLines(scan)
    if (lines < LINES_MIN) return
    const at = scan.count('code.claim') > 0 ? noticeAt(scan) : -1
    if (at >= 0) {
      scan.report('source-code', 0, text.length, PROPRIETARY)
      return
    }
    const isInternal = scan.count('code.host') > 0 && hasInternalHost(scan)
    scan.report('source-code', 0, text.length, isInternal ? PROPRIETARY : POSSIBLE)
  },
}

const hasFence = (text: string): boolean => text.includes('\n```') && /```[a-z]{1,12}\n/.test(text)

/** Share of the lines, blank ones aside, that look like code. */
function codeLines(scan: Scan): number {
  const sample = scan.text.slice(0, SAMPLE_MAX)
  scan.spend(sample.length >> 2)
  const all = sample.match(/^[^\n]*\S/gm)?.length ?? 0
  const code = sample.match(CODE_LINE)?.length ?? 0
  return all === 0 ? 0 : code / all
}

/** Where a comment claims the code for its maker, with no open licence near; -1 if none does. */
function noticeAt(scan: Scan): number {
  const head = scan.text.slice(0, NOTICE_SPAN)
  scan.spend(head.length)
  const match = CLAIM.exec(head)
  if (match === null || OPEN.test(scan.text.slice(0, 4 * NOTICE_SPAN))) return -1
  return COMMENT.test(head.slice(0, match.index)) ? match.index : -1
}

function hasInternalHost(scan: Scan): boolean {
  const sample = scan.text.slice(0, SAMPLE_MAX)
  scan.spend(sample.length)
  return INTERNAL_HOST.test(sample)
}
