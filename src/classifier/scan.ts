import {
  CAPITAL,
  CLASS,
  CLASSES,
  isDigitAt,
  isHyphen,
  isTelling,
  SPECIAL,
  SYMBOL_BITS,
  SYMBOL_MASK,
  SYMBOLS,
} from './characters.ts'
import type { Sink } from './detector.ts'
import { NOWHERE, type Engine } from './engine.ts'
import type { RuleName } from './levels.ts'
import { ScanState } from './scan-state.ts'
import { entriesAt, hashOf, matchEntry, WINDOW_MASK } from './lexicon.ts'
import { createNumberToken, readNumber } from './numbers.ts'
import {
  CODE_MAX,
  CODE_MIN,
  codeEnd,
  codeStart,
  FIGURE_WITHIN,
  isFarScript,
  isNearNumber,
  isPair,
  isSmallBefore,
  mayGoOn,
  SHORT_MAX,
} from './tokens.ts'
import { isEscape } from './views-escapes.ts'
import { isAmongSingles, SPACED_MAX } from './views-spaced.ts'

/** Between texts that have nothing to do with one another: farther than any detector looks. */
const APART = 1_000
/** Scratch space: a number is read, looked at and forgotten within one call. */
const NUMBER = createNumberToken()
const NONE: readonly string[] = []

/**
 * One pass over texts, one after the other. It stops only where a detector wants to look; words of context are
 * remembered by position, so a detector asks how far back one stands instead of searching for it.
 */
export class Scan extends ScanState {
  /** Work done so far, in characters looked at. */
  units = 0
  /** Characters passed before this text: places of context words count on from text to text. */
  base = 0
  readonly #engine: Engine
  readonly #sink: Sink
  readonly #unitsMax: number
  readonly #seen: number[]
  readonly #counts: number[]
  #hasCounts = false
  /** The last four characters as symbols, while the loop has stopped. */
  #window = 0

  constructor(engine: Engine, sink: Sink, unitsMax: number) {
    super()
    this.#engine = engine
    this.#sink = sink
    this.#unitsMax = unitsMax
    this.#seen = engine.nowhere.slice()
    this.#counts = engine.zeros.slice()
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

  /** This text has shown a sign of some context. */
  get hasSigns(): boolean {
    return this.#hasCounts
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

  /** Records a place without counting it as a sign. */
  place(context: string, at: number): void {
    const id = this.#engine.contexts.get(context)
    if (id !== undefined) this.#seen[id] = this.base + at
  }

  #see(context: number, at: number): void {
    this.#seen[context] = this.base + at
    this.#hasCounts = true
    this.#counts[context] = (this.#counts[context] ?? 0) + 1
  }

  /** Scans one text. Words seen in its key are near; those of other texts are not. */
  run(text: string, kind: 'key' | 'string' | 'number', key: string): void {
    this.base += this.text.length + (key === '' ? APART : 1)
    this.begin(text, kind, key)
    if (this.#hasCounts) this.#counts.fill(0)
    this.#hasCounts = false
    this.units += text.length
    this.#pass()
    if (kind !== 'key') for (const atEnd of this.#engine.ends) atEnd(this)
  }

  /**
   * The loop that sees every character. It keeps the last four as one number, and leaves its few lines only at a
   * digit, a mark, a capital, or where a word may be one that somebody waits for.
   */
  #pass(): void {
    const { text } = this
    const { length } = text
    const { bucketOf, nodeOf } = this.#engine.lexicon
    const symbols = SYMBOLS
    this.#window = 0
    let window = 0
    for (let at = 0; at < length; at++) {
      const symbol = symbols[text.charCodeAt(at)] ?? 0
      // SYMBOL_BITS, SYMBOL_MASK, WINDOW_MASK, SPECIAL, hashOf and slotOf as plain numbers: bundling turns module
      // constants into variables, which V8 reads again at every step. This halves the time of the loop.
      window = ((window << 5) | (symbol & 0x1f)) & 0xfffff
      const bucket = bucketOf[Math.imul(window, 0x9e3779b1) >>> 16] ?? 0
      if ((symbol & 0x20) === 0) {
        if (bucket === 0) continue
        const next = at + 1 < length ? (symbols[text.charCodeAt(at + 1)] ?? 0) & 0x1f : 0
        if (nodeOf[(bucket << 5) | next] === 0) continue
      }
      this.#window = window
      at = this.#stop(at, symbol) - 1
      window = this.#window
    }
    // As if a space stood behind the end: completes words of two letters.
    const last = (window << SYMBOL_BITS) & WINDOW_MASK
    if (this.claimedTo < length && bucketOf[hashOf(last)] !== 0) this.#lookUp(length - 2, last)
  }

  /** Deals with the character at `at`; answers where the loop goes on, and sets its window. */
  #stop(at: number, symbol: number): number {
    const window = this.#window
    if (this.#engine.lexicon.bucketOf[hashOf(window)] !== 0) this.#lookUp(at - 2, window)
    let next = at + 1
    if ((symbol & CAPITAL) !== 0) {
      if (isSmallBefore(this.text, at)) this.#window = symbol & SYMBOL_MASK
    } else if ((symbol & SPECIAL) !== 0 && this.claimedTo <= at) {
      next = this.#special(at, window)
    }
    if (this.units > this.#unitsMax) return this.text.length
    if (this.claimedTo <= at) return next
    this.#window = 0
    return Math.max(this.claimedTo, next)
  }

  #lookUp(at: number, window: number): void {
    const { text } = this
    const { lexicon } = this.#engine
    for (const { window: wanted, entry } of entriesAt(lexicon, text, at, window)) {
      if (wanted !== window) continue
      const end = matchEntry(text, at, entry)
      if (end < 0) continue
      this.units += end - at
      for (const context of entry.contexts) this.#see(context, end)
      for (const action of entry.actions) {
        action(this, at, end)
        if (this.claimedTo > at) return
      }
    }
  }

  /** Handles what is neither letter nor gap; answers where to go on. */
  #special(at: number, window: number): number {
    const { text } = this
    const code = text.charCodeAt(at)
    switch (CLASSES[code] ?? CLASS.plain) {
      case CLASS.digit:
        if (((window >> SYMBOL_BITS) & SYMBOL_MASK) === 0) return this.#digits(at)
        if (isPair(window) && isDigitAt(text, at + 1)) this.#pair(at - 2)
        if (this.claimedTo <= at) this.#code(codeStart(text, at), at)
        return at + 1
      case CLASS.mark:
        this.hasSpaced ||= isAmongSingles(text, at)
        for (const atMark of this.#engine.marks[code] ?? []) {
          atMark(this, at)
          if (this.claimedTo > at) return at + 1
        }
        return at + 1
      case CLASS.escape:
        this.hasEscape ||= isEscape(text, at)
        return at + 1
      case CLASS.foldable:
        this.hasFoldable ||= isTelling(text, at)
        return at + 1
      default:
        this.hasFoldable ||=
          isHyphen(code) || isNearNumber(text, at - 1) || isNearNumber(text, at + 1)
        return at + 1
    }
  }

  #pair(start: number): void {
    for (const atPair of this.#engine.pairs) {
      atPair(this, start)
      if (this.claimedTo > start) return
    }
  }

  /** A run of digits that no letter precedes. */
  #digits(start: number): number {
    const { text } = this
    let end = start + 1
    while (isDigitAt(text, end)) end++
    if (end - start <= SPACED_MAX) {
      if (this.spacing.isOddAt(text, start, end)) this.hasSpaced = true
      if (this.spacing.isEndless) return end
    }
    if (end - start <= SHORT_MAX) {
      for (const atShort of this.#engine.shorts) {
        atShort(this, start, end)
        if (this.claimedTo > start) return end
      }
    }
    if (end < text.length && CLASSES[text.charCodeAt(end)] === CLASS.letter) {
      this.#code(start, end)
      return end
    }
    const isLong = end - start >= 7 || mayGoOn(text, end)
    if (isLong && readNumber(NUMBER, text, start, end)) {
      this.units += NUMBER.end - start
      if (NUMBER.digitCount >= 7 || NUMBER.groupCount >= 4) {
        for (const atNumber of this.#engine.numbers) {
          atNumber(this, NUMBER)
          if (this.claimedTo > start) return end
        }
        return end
      }
    }
    this.#figure(start)
    return end
  }

  /** A token of letters and digits, read up to `from`. */
  #code(start: number, from: number): void {
    if (start < 0) return
    const end = codeEnd(this.text, start, from)
    this.units += end - start
    if (end - start > CODE_MAX) return
    if (end - start >= CODE_MIN) {
      for (const atCode of this.#engine.codes) {
        atCode(this, start, end)
        if (this.claimedTo > start) return
      }
    }
    this.#figure(start)
  }

  #figure(start: number): void {
    if (this.distance('figure', start) > FIGURE_WITHIN && !isFarScript(this.text, start)) return
    for (const atFigure of this.#engine.figures) {
      atFigure(this, start)
      if (this.claimedTo > start) return
    }
  }
}
