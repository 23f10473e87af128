import type { Detector } from '../detector.ts'
import type { Scan } from '../scan.ts'
import { CLINICAL_CONTEXTS, findClinical, findInNote, PERSONAL } from './clinical.ts'
import { ANCHORS, type Anchor } from './personal-anchors.ts'

const BY_WORD = new Map<string, Anchor[]>()
for (const anchor of ANCHORS)
  for (const word of anchor.words) BY_WORD.set(word, [...(BY_WORD.get(word) ?? []), anchor])

/** What the patterns before and after a word may look at. */
const BEFORE = 48
const AFTER = 72

/** Finds what the anchors say; `health` reports it, once for each text. */
export const personalHealth: Detector = {
  name: 'personal-health',
  contexts: CLINICAL_CONTEXTS,
  words: [...BY_WORD.keys()],
  atWord: (scan, start, end) => {
    if (scan.count(PERSONAL) > 0) return
    if (isTitleCase(scan.text, start)) return
    const word = scan.text.slice(start, end).toLowerCase()
    const anchors = BY_WORD.get(word) ?? BY_WORD.get(word.replaceAll(/[-_\n]/g, ' ')) ?? []
    for (const anchor of anchors) look(scan, anchor, start, end)
  },
}

/** `If I Have Diabetes`: a heading. */
function isTitleCase(text: string, start: number): boolean {
  if (text.charCodeAt(start) !== 0x49 || text.charCodeAt(start + 1) !== 0x20) return false
  const next = text.charCodeAt(start + 2)
  return next >= 0x41 && next <= 0x5a
}

function look(scan: Scan, anchor: Anchor, start: number, end: number): void {
  const { text } = scan
  const { before, after, reach, without } = anchor
  if (before !== undefined) {
    scan.spend(8)
    if (!before.test(text.slice(Math.max(0, start - BEFORE), start))) return
  }
  let from = end
  if (after !== undefined) {
    scan.spend(8)
    const match = after.exec(text.slice(end, end + AFTER))
    if (match === null) return
    from += match[0].length
  }
  if (reach === 'note') findInNote(scan, start)
  else findClinical(scan, from, from + reach, without)
}
