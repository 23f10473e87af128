import type { UnscannedReason } from '../domain/finding.ts'
import type { Leaf } from '../domain/leaf.ts'
import type { Engine } from './engine.ts'
import type { RuleName } from './levels.ts'
import { Scan } from './scan.ts'
import { spanOf, type View } from './view.ts'
import { hasCodeLines } from './code-lines.ts'
import { isDialExample, isExample, isIbanExample, isNobodys, isTestCard } from './nobodys.ts'
import {
  isInBlockComment,
  isInNotice,
  isAnyAddress,
  isNumbering,
  isPublished,
  isVersion,
  isCitation,
} from './notices.ts'
import { isEncoded, readingOf, VIEW_DEPTH_MAX } from './views.ts'

/** Something found in one text, at its place there. */
export type Find = {
  readonly rule: RuleName
  readonly start: number
  readonly end: number
  readonly confidence: number
  readonly jurisdictions: readonly string[]
}

/** All that reading one text, behind one key, says. */
export type TextReading = {
  readonly finds: readonly Find[]
  /** Why nobody can vouch for the text. */
  readonly unscanned: UnscannedReason | undefined
}

/** Finds kept of one text. Beyond them only what has not been found at all counts, so that memory stays bounded. */
const FINDS_MAX = 20_000

const NAMES: ReadonlySet<RuleName> = new Set(['person', 'location', 'organization', 'age'])

/**
 * In source code, what is judged by ordinary words is only possible: it is full of capitals that name nobody, and of
 * "patient" processes whose children die. What has a form of its own (numbers, addresses, keys) counts as elsewhere.
 */
const OF_PROSE: ReadonlySet<RuleName> = new Set([...NAMES, 'health'])
const POSSIBLE = 0.45

/** What may be of no matter in code besides. */
const IN_CODE: ReadonlySet<RuleName> = new Set([
  ...OF_PROSE,
  'email',
  'address',
  'phone',
  'ip',
  'device',
  'card',
  'iban',
])

/** Addresses and numbers of a text whose surroundings are looked at; beyond them all count, so that work stays bounded. */
const ASKED_MAX = 200

/** An address that is so by little more than its shape. */
const UNSURE = 0.7

const isDoubtful = ({ rule, confidence }: Find): boolean =>
  confidence > POSSIBLE && IN_CODE.has(rule)

function isHarmless(text: string, find: Find, isCode: () => boolean): boolean {
  const { rule, start, end, confidence } = find
  if (rule === 'email') {
    return (
      isNobodys(text, start, end) ||
      isInNotice(text, start, isCode) ||
      (isExample(text, start, end) && isCode())
    )
  }
  if (rule === 'address')
    return (
      isPublished(text, start) || isInBlockComment(text, start) || (confidence < UNSURE && isCode())
    )
  if (rule === 'phone') {
    return (
      isPublished(text, start) ||
      isCitation(text, start, end) ||
      isInBlockComment(text, start) ||
      ((confidence < UNSURE || isDialExample(text.slice(start, end))) && isCode())
    )
  }
  if (rule === 'ip')
    return (
      isVersion(text, start, end) ||
      ((confidence < UNSURE || isNumbering(text, start, end) || isAnyAddress(text, start, end)) &&
        (isInBlockComment(text, start) || isCode()))
    )
  if (rule === 'card') return isTestCard(text, start, end) && isCode()
  if (rule === 'iban') return isIbanExample(text.slice(start, end)) && isCode()
  return isCode()
}

/** Reads one text after the other: as it stands, and in the other ways that it may be read. */
export class TextReader {
  readonly #scan: Scan
  #finds: Find[] = []
  #rules = new Set<RuleName>()
  #view: View | undefined
  /** What has been found in this text, so that another view of it doesn't count it twice; undefined in most texts. */
  #known: Set<string> | undefined

  constructor(engine: Engine, unitsMax: number) {
    this.#scan = new Scan(engine, this.#add.bind(this), unitsMax)
  }

  get units(): number {
    return this.#scan.units
  }

  get isExhausted(): boolean {
    return this.#scan.isExhausted
  }

  /** @param key of which the text is the value; '' if of none. It must have been read right before. */
  read(text: string, kind: Leaf['kind'], key: string): TextReading {
    this.#finds = []
    this.#rules = new Set()
    this.#view = undefined
    this.#known = undefined
    let unscanned: UnscannedReason | undefined
    try {
      unscanned = this.#readAll(text, kind, key)
    } catch {
      // Nobody can vouch for a text in which a detector failed.
      unscanned = 'detector-failed'
    }
    if (this.isExhausted) unscanned = 'work-limit'
    return { finds: this.#weigh(text), unscanned }
  }

  /** What this being code, or a notice that goes out with code, makes only possible. */
  #weigh(text: string): readonly Find[] {
    if (!this.#finds.some(isDoubtful)) return this.#finds
    let known: boolean | undefined
    const isCode = () => (known ??= this.#rules.has('source-code') || hasCodeLines(text))
    let asked = 0
    return this.#finds.map((find) => {
      if (!isDoubtful(find) || (!OF_PROSE.has(find.rule) && ++asked > ASKED_MAX)) return find
      return isHarmless(text, find, isCode) ? { ...find, confidence: POSSIBLE } : find
    })
  }

  #readAll(text: string, kind: Leaf['kind'], key: string): UnscannedReason | undefined {
    const scan = this.#scan
    let unscanned: UnscannedReason | undefined
    scan.run(text, kind, key)
    const digits = kind === 'number' ? writtenOut(text) : undefined
    if (digits !== undefined) this.#readView(digits, kind, key)
    for (let depth = 0; !scan.isExhausted; depth++) {
      if (depth === VIEW_DEPTH_MAX) return isEncoded(scan.text) ? 'encoded' : unscanned
      const { view, opaque } = readingOf(scan, this.#view)
      unscanned ??= opaque
      if (view === undefined) break
      this.#readView(view, kind, key)
    }
    return unscanned
  }

  #readView(view: View, kind: Leaf['kind'], key: string): void {
    this.#known ??= new Set(this.#finds.map(keyOf))
    this.#view = view
    this.#scan.spend(view.text.length)
    this.#scan.run(view.text, kind, key)
  }

  #add(
    rule: RuleName,
    start: number,
    end: number,
    confidence: number,
    jurisdictions: readonly string[],
  ): void {
    if (this.#finds.length >= FINDS_MAX && this.#rules.has(rule)) return
    const [from, to] = this.#view === undefined ? [start, end] : spanOf(this.#view, start, end)
    // Names are judged by all that is around them, and that has been done where they stand as they are.
    if (this.#view !== undefined && to - from === end - start && NAMES.has(rule)) return
    const find = { rule, start: from, end: to, confidence, jurisdictions }
    if (this.#known !== undefined) {
      const key = keyOf(find)
      if (this.#known.has(key)) return
      this.#known.add(key)
    }
    this.#rules.add(rule)
    this.#finds.push(find)
  }
}

/** A find that another view is surer of counts again. */
const keyOf = ({ rule, start, end, confidence }: Find): string =>
  `${rule}:${start}:${end}:${confidence >= 0.5}`

/** A whole number with an exponent (`4.1e15`) as its digits, each of which stands for all of it. */
function writtenOut(text: string): View | undefined {
  if (!/[eE]/.test(text)) return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value)) return undefined
  const pieces = { at: [0], from: [0], width: [text.length], thirds: [3] }
  return { text: String(value), pieces, outer: undefined, changes: [0, text.length] }
}
