import type { AnchorAt, Detector } from './detector.ts'
import { buildLexicon, type Lexicon } from './lexicon.ts'

/** What detectors do, arranged by what they anchor on. Plain functions, so that every call site sees one shape. */
export type Engine = {
  readonly lexicon: Lexicon
  /** By character code. */
  readonly marks: readonly (readonly NonNullable<Detector['atMark']>[])[]
  readonly numbers: readonly NonNullable<Detector['atNumber']>[]
  readonly pairs: readonly NonNullable<Detector['atPair']>[]
  readonly codes: readonly NonNullable<Detector['atCode']>[]
  readonly figures: readonly NonNullable<Detector['atFigure']>[]
  readonly shorts: readonly NonNullable<Detector['atShort']>[]
  readonly ends: readonly NonNullable<Detector['atEnd']>[]
  /** Ids of contexts by name. */
  readonly contexts: ReadonlyMap<string, number>
  /** `NOWHERE` and 0 for each context: a copy is the quickest way for a scan to begin. */
  readonly nowhere: readonly number[]
  readonly zeros: readonly number[]
}

/** Farther back than any text reaches. */
export const NOWHERE = -1_000_000_000

/** The order counts: of detectors that look at the same place, the first that claims it wins. */
export function buildEngine(detectors: readonly Detector[]): Engine {
  const contexts = new Map<string, number>()
  const entries = new Map<string, { contexts: number[]; actions: AnchorAt[] }>()
  const entryOf = (text: string, exact: boolean) => {
    const key = (exact ? EXACT : ANY_CASE) + text
    const entry = entries.get(key) ?? { contexts: [], actions: [] }
    entries.set(key, entry)
    return entry
  }
  const marks: NonNullable<Detector['atMark']>[][] = Array.from({ length: 128 }, () => [])
  for (const detector of detectors) {
    const { atWord, atPrefix, atMark } = detector
    for (const [name, words] of Object.entries(detector.contexts ?? {})) {
      const id = contexts.get(name) ?? contexts.size
      contexts.set(name, id)
      for (const word of words) entryOf(word, false).contexts.push(id)
    }
    if (atWord) for (const word of detector.words ?? []) entryOf(word, false).actions.push(atWord)
    if (atPrefix)
      for (const word of detector.prefixes ?? []) entryOf(word, true).actions.push(atPrefix)
    if (atMark) for (const mark of detector.marks ?? '') marks[mark.charCodeAt(0)]?.push(atMark)
  }
  return {
    lexicon: buildLexicon(
      [...entries].map(([key, entry]) => ({
        text: key.slice(1),
        exact: key.startsWith(EXACT),
        ...entry,
      })),
    ),
    marks,
    numbers: detectors.flatMap(({ atNumber }) => atNumber ?? []),
    pairs: detectors.flatMap(({ atPair }) => atPair ?? []),
    codes: detectors.flatMap(({ atCode }) => atCode ?? []),
    figures: detectors.flatMap(({ atFigure }) => atFigure ?? []),
    shorts: detectors.flatMap(({ atShort }) => atShort ?? []),
    ends: detectors.flatMap(({ atEnd }) => atEnd ?? []),
    contexts,
    nowhere: Array.from(contexts, () => NOWHERE),
    zeros: Array.from(contexts, () => 0),
  }
}

const EXACT = '='
const ANY_CASE = '~'
