import type { Detector } from '../detector.ts'
import type { RuleName } from '../levels.ts'
import type { Scan } from '../scan.ts'

/** Phrases that nobody writes but to mark a text. */
const DECLARING: Readonly<Record<string, RuleName>> = {
  'strictly confidential': 'marker-strict',
  'highly confidential': 'marker-strict',
  'top secret': 'marker-strict',
  'streng vertraulich': 'marker-strict',
  'strictement confidentiel': 'marker-strict',
  'estrictamente confidencial': 'marker-strict',
  'company confidential': 'marker-confidential',
  'confidential information': 'marker-confidential',
  'confidential and proprietary': 'marker-confidential',
  'proprietary and confidential': 'marker-confidential',
  'proprietary & confidential': 'marker-confidential',
  'confidential & proprietary': 'marker-confidential',
  'commercial in confidence': 'marker-confidential',
  'do not distribute': 'marker-confidential',
  'not for distribution': 'marker-confidential',
  'do not forward': 'marker-confidential',
  'under nda': 'marker-confidential',
  'internal only': 'marker-internal',
  'internal use only': 'marker-internal',
  'for internal use': 'marker-internal',
  'not for external': 'marker-internal',
  'nur für den internen gebrauch': 'marker-internal',
  'nur für den dienstgebrauch': 'marker-confidential',
  'attorney client privileged': 'marker-legal',
  'lawyer client privileged': 'marker-legal',
  'legally privileged': 'marker-legal',
  'privileged and confidential': 'marker-legal',
  'privileged & confidential': 'marker-legal',
  'attorney work product': 'marker-legal',
  'prepared in anticipation of litigation': 'marker-legal',
  'without prejudice save as to costs': 'marker-legal',
  'itar controlled': 'marker-export',
  'itar restricted': 'marker-export',
  'subject to itar': 'marker-export',
  'ear controlled': 'marker-export',
  'export controlled': 'marker-export',
  'export restricted': 'marker-export',
  'us persons only': 'marker-export',
}

/** Phrases that people also talk about: they mark a text only where they stand by themselves, or shout. */
const STANDING: Readonly<Record<string, RuleName>> = {
  confidential: 'marker-confidential',
  vertraulich: 'marker-confidential',
  confidentiel: 'marker-confidential',
  confidencial: 'marker-confidential',
  privileged: 'marker-legal',
  'attorney client privilege': 'marker-legal',
  'solicitor client privilege': 'marker-legal',
  'legal privilege': 'marker-legal',
  'legal professional privilege': 'marker-legal',
  'work product': 'marker-legal',
  itar: 'marker-export',
  noforn: 'marker-export',
  'trade secret': 'marker-strict',
  'trade secrets': 'marker-strict',
  restricted: 'marker-strict',
  secret: 'marker-strict',
}

export const marker: Detector = {
  name: 'marker',
  words: [...Object.keys(DECLARING), ...Object.keys(STANDING)],
  atWord: (scan, start, end) => {
    const phrase = scan.text
      .slice(start, end)
      .toLowerCase()
      .replaceAll(/[-_\n]/g, ' ')
    scan.spend(64)
    const declared = DECLARING[phrase]
    if (declared !== undefined) {
      scan.claim(declared, start, end, 0.8)
      return
    }
    const standing = STANDING[phrase]
    if (standing !== undefined)
      scan.report(standing, start, end, standsAlone(scan, start, end) ? 0.7 : 0.3)
  },
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
