import { err, ok, type Result } from '../domain/result.ts'

/** Kinds of JSON values, as small integers: documents are kept as flat arrays. */
export const NODE = {
  object: 0,
  array: 1,
  string: 2,
  number: 3,
  true: 4,
  false: 5,
  null: 6,
} as const
export type NodeKind = (typeof NODE)[keyof typeof NODE]

/**
 * A JSON text with the span of every key, string, number and container; no value is built.
 *
 * Arrays are indexed by node, in document order; node 0 is the root.
 */
export type JsonDocument = {
  readonly text: string
  readonly kinds: readonly NodeKind[]
  /** Span in `text`, quotes and brackets included; `ends` is exclusive. */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  /** The container of each value; -1 for the root. */
  readonly parents: readonly number[]
  /** The node after the whole subtree: the next sibling, if there is one. */
  readonly nexts: readonly number[]
  /** Span of the quoted key before a member's value; -1 where there is none. */
  readonly keyStarts: readonly number[]
  readonly keyEnds: readonly number[]
  /** Position among its siblings, from 0. */
  readonly positions: readonly number[]
}

export type JsonError = {
  readonly offset: number
  readonly problem: 'syntax' | 'duplicate-key' | 'too-deep' | 'too-many-values'
}

/** Deeper or larger bodies than any provider accepts; the bound keeps memory and time linear. */
export const JSON_LIMITS = { depth: 128, values: 400_000 } as const

const QUOTE = 0x22
const BACKSLASH = 0x5c
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const ESCAPE = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y

/**
 * Scans a whole JSON text in one pass. Stricter than JSON.parse: a duplicate key is an error, because parsers
 * disagree about which one counts.
 */
export function scanJson(text: string): Result<JsonDocument, JsonError> {
  const scanner = new Scanner(text)
  const error = scanner.run()
  return error === undefined ? ok(scanner) : err(error)
}

class Scanner implements JsonDocument {
  readonly text: string
  readonly kinds: NodeKind[] = []
  readonly starts: number[] = []
  readonly ends: number[] = []
  readonly parents: number[] = []
  readonly nexts: number[] = []
  readonly keyStarts: number[] = []
  readonly keyEnds: number[] = []
  readonly positions: number[] = []
  #at = 0
  #open: number[] = []
  #counts: number[] = [0]
  #keys: (Set<string> | undefined)[] = []

  constructor(text: string) {
    this.text = text
  }

  run(): JsonError | undefined {
    let error = this.#value(-1, -1)
    while (error === undefined && this.#open.length > 0) error = this.#member()
    if (error !== undefined) return error
    this.#space()
    return this.#at === this.text.length ? undefined : this.#fail('syntax')
  }

  /** The next element or member of the innermost open container, or its end. */
  #member(): JsonError | undefined {
    const container = this.#open[this.#open.length - 1] ?? 0
    const isObject = this.kinds[container] === NODE.object
    const isFirst = this.kinds.length === container + 1
    this.#space()
    const code = this.text.charCodeAt(this.#at)
    if (code === (isObject ? 0x7d : 0x5d)) {
      this.#at++
      this.#close(container)
      return undefined
    }
    if (!isFirst) {
      if (code !== 0x2c) return this.#fail('syntax')
      this.#at++
      this.#space()
    }
    return isObject ? this.#keyed() : this.#value(-1, -1)
  }

  #keyed(): JsonError | undefined {
    const start = this.#at
    if (this.text.charCodeAt(start) !== QUOTE || !this.#string()) return this.#fail('syntax')
    const end = this.#at
    const raw = this.text.slice(start + 1, end - 1)
    const key = raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw
    const keys = (this.#keys[this.#open.length - 1] ??= new Set())
    if (keys.has(key)) return { offset: start, problem: 'duplicate-key' }
    keys.add(key)
    this.#space()
    if (this.text.charCodeAt(this.#at) !== 0x3a) return this.#fail('syntax')
    this.#at++
    return this.#value(start, end)
  }

  #value(keyStart: number, keyEnd: number): JsonError | undefined {
    this.#space()
    if (this.kinds.length >= JSON_LIMITS.values) return this.#fail('too-many-values')
    const start = this.#at
    const code = this.text.charCodeAt(start)
    if (code === QUOTE) {
      if (!this.#string()) return this.#fail('syntax')
      this.#leaf(NODE.string, start, keyStart, keyEnd)
    } else if (code === 0x7b || code === 0x5b) {
      if (this.#open.length >= JSON_LIMITS.depth) return this.#fail('too-deep')
      this.#at++
      this.#open.push(this.kinds.length)
      this.#keys[this.#open.length - 1] = undefined
      this.#leaf(code === 0x7b ? NODE.object : NODE.array, start, keyStart, keyEnd, true)
      this.#counts[this.#open.length] = 0
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      NUMBER.lastIndex = start
      if (!NUMBER.test(this.text)) return this.#fail('syntax')
      this.#at = NUMBER.lastIndex
      this.#leaf(NODE.number, start, keyStart, keyEnd)
    } else if (this.#word('true')) this.#leaf(NODE.true, start, keyStart, keyEnd)
    else if (this.#word('false')) this.#leaf(NODE.false, start, keyStart, keyEnd)
    else if (this.#word('null')) this.#leaf(NODE.null, start, keyStart, keyEnd)
    else return this.#fail('syntax')
    return undefined
  }

  #leaf(kind: NodeKind, start: number, keyStart: number, keyEnd: number, opens = false): void {
    const depth = this.#open.length - (opens ? 2 : 1)
    this.kinds.push(kind)
    this.starts.push(start)
    this.ends.push(this.#at)
    this.parents.push(depth < 0 ? -1 : (this.#open[depth] ?? -1))
    this.nexts.push(this.kinds.length)
    this.keyStarts.push(keyStart)
    this.keyEnds.push(keyEnd)
    const position = this.#counts[depth + 1] ?? 0
    this.#counts[depth + 1] = position + 1
    this.positions.push(position)
  }

  #close(container: number): void {
    this.ends[container] = this.#at
    this.nexts[container] = this.kinds.length
    this.#open.pop()
  }

  #word(word: string): boolean {
    if (!this.text.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  /** Moves past a string whose opening quote is at the cursor; false if it is not one. */
  #string(): boolean {
    const { text } = this
    let at = this.#at + 1
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.#at = at + 1
        return true
      }
      if (code === BACKSLASH) {
        ESCAPE.lastIndex = at + 1
        if (!ESCAPE.test(text)) break
        at = ESCAPE.lastIndex
      } else if (code >= 0x20) at++
      else break // a control character, or NaN past the end
    }
    this.#at = Math.min(at, text.length)
    return false
  }

  #space(): void {
    const { text } = this
    let code = text.charCodeAt(this.#at)
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      code = text.charCodeAt(++this.#at)
    }
  }

  #fail(problem: JsonError['problem']): JsonError {
    return { offset: this.#at, problem }
  }
}
