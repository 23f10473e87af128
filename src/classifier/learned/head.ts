import { mix } from './hash.ts'
import { IS_WORD, type Sentence } from './words.ts'

/** Rows of a head's table of weights: one weight for each. */
export const HEAD_BITS = 16
const ROW_MASK = (1 << HEAD_BITS) - 1

/** Words that are judged together, and how many words later the next such stretch ends. */
export const WINDOW_WORDS = 64
const STEP_WORDS = 8

/** Weights as whole numbers; `scale` turns a sum of them into logits, `bias` is added. */
export type HeadModel = {
  readonly weights: Int8Array
  readonly scale: number
  readonly bias: number
}

/** Kind of feature: a word alone, with the one before it, and with the one before that. */
const ALONE = 101
const PAIR = 102
const SKIP = 103
/** All numbers are one. */
const NUMBER = 7

/** Rows of the features of the word at `at`. Words of the sentence before do not reach over. */
export function headRows(sentence: Sentence, at: number, rows: Int32Array): void {
  const own = valueOf(sentence, at)
  const before = at > 0 ? valueOf(sentence, at - 1) : 1
  const beforeTwo = at > 1 ? valueOf(sentence, at - 2) : 1
  rows[0] = mix(ALONE, own, 0) & ROW_MASK
  rows[1] = mix(PAIR, before, own) & ROW_MASK
  rows[2] = mix(SKIP, beforeTwo, own) & ROW_MASK
}

function valueOf({ flags, hash, shape }: Sentence, at: number): number {
  if (((flags[at] ?? 0) & IS_WORD) !== 0) return hash[at] ?? 0
  return (flags[at] ?? 0) === 0 && (shape[at] ?? 0) > 0x80 ? NUMBER : (hash[at] ?? 0)
}

/**
 * Says how much the most telling stretch of a text looks like what the head was trained on: a logistic regression over
 * hashed words and pairs. A long text is as telling as its most telling 64 words.
 */
export class Head {
  /** Logit of the most telling stretch so far. */
  best = Number.NEGATIVE_INFINITY
  readonly #model: HeadModel
  readonly #values = new Int32Array(WINDOW_WORDS)
  #sum = 0
  #words = 0

  constructor(model: HeadModel) {
    this.#model = model
  }

  begin(): void {
    this.best = Number.NEGATIVE_INFINITY
    this.#sum = 0
    this.#words = 0
    this.#values.fill(0)
  }

  add(sentence: Sentence): void {
    const { weights } = this.#model
    let before = 1
    let beforeTwo = 1
    for (let at = 0; at < sentence.count; at++) {
      // As `headRows` has it.
      const own = valueOf(sentence, at)
      const value =
        (weights[mix(ALONE, own, 0) & ROW_MASK] ?? 0) +
        (weights[mix(PAIR, before, own) & ROW_MASK] ?? 0) +
        (weights[mix(SKIP, beforeTwo, own) & ROW_MASK] ?? 0)
      beforeTwo = before
      before = own
      const place = this.#words % WINDOW_WORDS
      this.#sum += value - (this.#values[place] ?? 0)
      this.#values[place] = value
      this.#words++
      if (this.#words >= WINDOW_WORDS && this.#words % STEP_WORDS === 0) this.#judge(WINDOW_WORDS)
    }
  }

  /** To be called after the last sentence. */
  end(): number {
    if (this.#words > 0) this.#judge(Math.min(this.#words, WINDOW_WORDS))
    return this.best
  }

  #judge(words: number): void {
    const { scale, bias } = this.#model
    const logit = (this.#sum * scale) / Math.sqrt(words) + bias
    if (logit > this.best) this.best = logit
  }
}
