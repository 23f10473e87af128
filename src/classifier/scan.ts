import { CLASS, CLASSES, isDigit } from './characters.ts'
import type { Engine } from './engine.ts'
import type { RuleName } from './levels.ts'
import { matchEntry, slotOf } from './lexicon.ts'
import { createNumberToken, readNumber } from './numbers.ts'

/** Called for each find, with offsets into the text that is being scanned. */
export type Sink = (
  rule: RuleName,
  start: number,
  end: number,
  confidence: number,
  jurisdictions: readonly string[],
) => void

const NOWHERE = -1_000_000_000
/** Between texts that have nothing to do with one another: farther than any detector looks. */
const APART = 1_000
const NONE: readonly string[] = []

/**
 * One pass over texts, one after the other. It stops only where a detector wants to look; words of context are
 * remembered by position, so a detector asks how far back one stands instead of searching for it.
 */
export class Scan {
  text = ''
  /** What kind of leaf is scanned; numbers and keys are short and stand alone. */
  kind: 'key' | 'string' | 'number' = 'string'
  /** The key whose value this text is; '' if it is none's. */
  key = ''
  /** Work done so far, in characters looked at. */
  units = 0
  /** Characters passed before this text: places of context words count on from text to text. */
  base = 0
  /** Anchors before this position are passed over: something has been recognised there. */
  claimedTo = 0
  hasEscape = false
  hasFoldable = false
  readonly #engine: Engine
  readonly #sink: Sink
  readonly #unitsMax: number
  readonly #seen: Float64Array
  readonly #counts: Uint32Array
  readonly #number = createNumberToken()

  constructor(engine: Engine, sink: Sink, unitsMax: number) {
    this.#engine = engine
    this.#sink = sink
    this.#unitsMax = unitsMax
    this.#seen = new Float64Array(engine.contexts.size).fill(NOWHERE)
    this.#counts = new Uint32Array(engine.contexts.size)
  }

  get isExhausted(): boolean {
    return this.units > this.#unitsMax
  }

  spend(units: number): void {
    this.units += units
  }

  /** Reports a find that leaves its text open to other detectors. */
  report(rule: RuleName, start: number, end: number, confidence: number): void {
    this.#sink(rule, start, end, confidence, NONE)
  }

  /** Reports a find whose text is nothing else. A merely possible one (under 0.5) leaves it open. */
  claim(
    rule: RuleName,
    start: number,
    end: number,
    confidence: number,
    jurisdictions: readonly string[] = NONE,
  ): void {
    this.#sink(rule, start, end, confidence, jurisdictions)
    if (confidence >= 0.5 && end > this.claimedTo) this.claimedTo = end
  }

  /** Characters from the last word of a context to `at`; huge if there was none. Reaches back into the key of a value. */
  distance(context: string, at: number): number {
    const id = this.#engine.contexts.get(context)
    return id === undefined ? -NOWHERE : this.base + at - (this.#seen[id] ?? NOWHERE)
  }

  /** How many signs of a context this text has shown so far. */
  count(context: string): number {
    const id = this.#engine.contexts.get(context)
    return id === undefined ? 0 : (this.#counts[id] ?? 0)
  }

  /** Records that a sign of a context stands at `at`. */
  note(context: string, at: number): void {
    const id = this.#engine.contexts.get(context)
    if (id !== undefined) this.#see(id, at)
  }

  #see(context: number, at: number): void {
    this.#seen[context] = this.base + at
    this.#counts[context] = (this.#counts[context] ?? 0) + 1
  }

  /** Scans one text. Words seen in its key are near; those of other texts are not. */
  run(text: string, kind: 'key' | 'string' | 'number', key: string): void {
    this.base += this.text.length + (key === '' ? APART : 1)
    this.text = text
    this.kind = kind
    this.key = key
    this.#counts.fill(0)
    this.claimedTo = 0
    this.hasEscape = false
    this.hasFoldable = false
    this.units += text.length
    this.#pass()
    for (const detector of this.#engine.ends) detector.atEnd?.(this)
  }

  #pass(): void {
    const { text } = this
    const { length } = text
    let at = 0
    while (at < length) {
      const kind = CLASSES[text.charCodeAt(at)] ?? CLASS.plain
      if (kind === CLASS.plain) at++
      else if (kind <= CLASS.upper) at = this.#word(at)
      else if (kind === CLASS.digit) at = this.#digits(at)
      else {
        this.#special(kind, at)
        at++
      }
      if (at < this.claimedTo) at = this.claimedTo
      if (this.units > this.#unitsMax) return
    }
  }

  /** Looks up the word at `start` and each that a capital begins inside it, and passes the run of letters and digits. */
  #word(start: number): number {
    const { text } = this
    this.#lookUp(start)
    if (this.claimedTo > start) return this.claimedTo
    let at = start + 1
    let previous = CLASSES[text.charCodeAt(start)] ?? CLASS.plain
    for (;;) {
      const kind = CLASSES[text.charCodeAt(at)] ?? CLASS.plain
      if (kind > CLASS.digit) return at
      if (kind !== previous) {
        if (kind === CLASS.upper) {
          this.#lookUp(at)
          if (this.claimedTo > start) return this.claimedTo
        } else if (kind === CLASS.digit && at === start + 2 && isDigit(text.charCodeAt(at + 1))) {
          for (const detector of this.#engine.pairs) detector.atPair?.(this, start)
          if (this.claimedTo > start) return this.claimedTo
        }
        previous = kind
      }
      at++
    }
  }

  #lookUp(at: number): void {
    const { text } = this
    const { index, buckets } = this.#engine.lexicon
    const bucket = index[slotOf(text.charCodeAt(at), text.charCodeAt(at + 1))]
    if (bucket === undefined || bucket === 0) return
    const third = text.charCodeAt(at + 2) | 0x20
    for (const entry of buckets[bucket] ?? []) {
      if (entry.third !== 0 && entry.third !== third) continue
      const end = matchEntry(text, at, entry)
      if (end < 0) continue
      this.units += end - at
      for (const context of entry.contexts) this.#see(context, end)
      for (const position of entry.detectors) {
        const detector = this.#engine.detectors[position]
        if (entry.exact) detector?.atPrefix?.(this, at, end)
        else detector?.atWord?.(this, at, end)
        if (this.claimedTo > at) return
      }
    }
  }

  #digits(start: number): number {
    const { text } = this
    let end = start + 1
    while (isDigit(text.charCodeAt(end))) end++
    const next = CLASSES[text.charCodeAt(end)] ?? CLASS.plain
    // Glued to letters: the rest of an identifier, which begins no word.
    if (next <= CLASS.upper) {
      let at = end + 1
      while ((CLASSES[text.charCodeAt(at)] ?? CLASS.plain) <= CLASS.digit) at++
      return at
    }
    if (end - start < 7 && !mayGoOn(text, end)) return end
    const token = this.#number
    if (!readNumber(token, text, start, end)) return end
    this.units += token.end - start
    if (token.digitCount < 7 && token.groupCount < 4) return end
    for (const detector of this.#engine.numbers) {
      detector.atNumber?.(this, token)
      if (this.claimedTo > start) return this.claimedTo
    }
    return end
  }

  #special(kind: number, at: number): void {
    const { text } = this
    if (kind === CLASS.mark) {
      for (const detector of this.#engine.marks[text.charCodeAt(at)] ?? []) {
        detector.atMark?.(this, at)
        if (this.claimedTo > at) return
      }
    } else if (kind === CLASS.escape) {
      this.hasEscape ||= 'untr"/\\'.includes(text.charAt(at + 1))
    } else if (kind === CLASS.foldable) this.hasFoldable = true
    else if (isNearNumber(text.charCodeAt(at - 1)) || isNearNumber(text.charCodeAt(at + 1))) {
      this.hasFoldable = true
    }
  }
}

const isNearNumber = (code: number): boolean =>
  isDigit(code) || code === 0x28 || code === 0x29 || code === 0x2b

/** A digit follows within the longest gap between groups. */
const mayGoOn = (text: string, end: number): boolean =>
  isDigit(text.charCodeAt(end + 1)) ||
  isDigit(text.charCodeAt(end + 2)) ||
  isDigit(text.charCodeAt(end + 3))
