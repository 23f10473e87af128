import type { Detector } from './detector.ts'
import { buildLexicon, type Lexicon } from './lexicon.ts'

/** Detectors, arranged by what they anchor on. */
export type Engine = {
  readonly detectors: readonly Detector[]
  readonly lexicon: Lexicon
  /** By character code. */
  readonly marks: readonly (readonly Detector[])[]
  readonly numbers: readonly Detector[]
  readonly pairs: readonly Detector[]
  readonly ends: readonly Detector[]
  readonly contexts: ReadonlyMap<string, number>
}

/** The order counts: of detectors that look at the same place, the first that claims it wins. */
export function buildEngine(detectors: readonly Detector[]): Engine {
  const contexts = new Map<string, number>()
  const entries = new Map<string, { contexts: number[]; detectors: number[]; exact: boolean }>()
  const entryOf = (text: string, exact: boolean) => {
    const key = `${exact ? '=' : '~'}${text}`
    const entry = entries.get(key) ?? { contexts: [], detectors: [], exact }
    entries.set(key, entry)
    return entry
  }
  for (const [position, detector] of detectors.entries()) {
    for (const [name, words] of Object.entries(detector.contexts ?? {})) {
      const id = contexts.get(name) ?? contexts.size
      contexts.set(name, id)
      for (const word of words) entryOf(word, false).contexts.push(id)
    }
    for (const word of detector.words ?? []) entryOf(word, false).detectors.push(position)
    for (const prefix of detector.prefixes ?? []) entryOf(prefix, true).detectors.push(position)
  }
  const marks: Detector[][] = Array.from({ length: 128 }, () => [])
  for (const detector of detectors) {
    for (const mark of detector.marks ?? '') marks[mark.charCodeAt(0)]?.push(detector)
  }
  return {
    detectors,
    lexicon: buildLexicon([...entries].map(([key, entry]) => ({ text: key.slice(1), ...entry }))),
    marks,
    numbers: detectors.filter(({ atNumber }) => atNumber !== undefined),
    pairs: detectors.filter(({ atPair }) => atPair !== undefined),
    ends: detectors.filter(({ atEnd }) => atEnd !== undefined),
    contexts,
  }
}
