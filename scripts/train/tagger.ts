import { join } from 'node:path'
import { HASH_START, hashStep } from '../../src/classifier/learned/hash.ts'
import { SMALL } from '../../src/classifier/learned/letters.ts'
import { COMMON, FIRST_NAME, NameFilter, SURNAME } from '../../src/classifier/learned/names.ts'
import {
  FEATURE_COUNT,
  NONE,
  PERSON,
  ROW_MASK,
  TABLE_BITS,
  Tagger,
  TAGS,
} from '../../src/classifier/learned/tagger.ts'
import { BEGINS_CAPITAL, IS_WORD, Sentence } from '../../src/classifier/learned/words.ts'
import {
  readExamples,
  readNames,
  readTexts,
  UNKNOWN,
  type EntitySpan,
  type Example,
  type NameLists,
} from './entities.ts'
import { pick, seeded, shuffle, type Random } from './random.ts'
import { ownSentence } from './sentences.ts'
import { quantize, writeWeights } from './weights-file.ts'

const FILTER_BYTES = 1 << 16
const EPOCHS = 8
const RATE = 0.2
const OWN_SENTENCES = 8_000
/** Share of the features of a word itself that are hidden, so that its surroundings are learned from, too. */
const DROPOUT = 0.15
const ORDINARY_SHARE = 0.1
const AVERAGED = 4
const SEEN_MIN = 3
/** A line with so many signs of code holds no names that matter. */
const CODE_SIGNS_MIN = 3
/** Places in `features` that are about the word itself. */
const OWN_FEATURES = new Set([0, 4, 5, 12, 13, 14, 15, 18])

/** Trains the tagger and its name filter from the folder, and writes both. The seed determines the result. */
export function trainTagger(directory: string, seed: number): void {
  const names = readNames(directory)
  const examples = readExamples(directory)
  const ordinary = ['prompts', 'health-neg', 'health-pos'].flatMap((file) =>
    readTexts(join(directory, 'train', `${file}.jsonl`)),
  )
  const bits = new Uint8Array(FILTER_BYTES)
  const filter = new NameFilter(bits)
  for (const name of names.first) filter.add(FIRST_NAME, hashOf(name))
  for (const name of names.surnames) filter.add(SURNAME, hashOf(name))
  const isName = new Set([...names.first, ...names.surnames].map(hashOf))
  const isCommon = new Set(commonWords([...examples.map(({ text }) => text), ...ordinary]))
  for (const hash of isCommon) filter.add(COMMON, hash)
  const trainer = new Trainer(filter, seeded(seed), isName, isCommon)
  const random = seeded(seed + 1)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const batch: Example[] = examples.map((example) => vary(random, example, names))
    for (let own = 0; own < OWN_SENTENCES; own++)
      batch.push(vary(random, ownSentence(random, names.byLanguage), names))
    const marked = new Set<Example>()
    for (const text of ordinary) {
      if (random() >= ORDINARY_SHARE) continue
      const example = { text: text.slice(0, 3_000), spans: [] }
      marked.add(example)
      batch.push(example)
    }
    shuffle(random, batch)
    for (const example of batch) trainer.learn(example, marked.has(example))
    if (epoch >= EPOCHS - AVERAGED) trainer.keep()
    console.log(`epoch ${epoch + 1} of ${EPOCHS}: ${trainer.report()}`)
  }
  const { levels, scale } = quantize(trainer.average(), 0.9995)
  writeWeights('tagger', { levels }, { scale: Number(scale.toPrecision(6)) })
  writeWeights('name-filter', { bits }, {})
}

const hashOf = (word: string): number => {
  let hash = HASH_START
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at)
    hash = hashStep(hash, SMALL[code] ?? code)
  }
  return hash
}

/** Hashes of words that are written small at least this often, and more often than with a capital. */
const COMMON_MIN = 3
function commonWords(texts: readonly string[]): readonly number[] {
  const counts = new Map<number, [small: number, capital: number]>()
  const sentence = new Sentence()
  for (const text of texts) {
    for (let at = 0; at < text.length;) {
      at = sentence.read(text, at)
      for (let word = 0; word < sentence.count; word++) {
        const flags = sentence.flags[word] ?? 0
        if ((flags & IS_WORD) === 0) continue
        const hash = sentence.hash[word] ?? 0
        const count = counts.get(hash) ?? [0, 0]
        count[(flags & BEGINS_CAPITAL) === 0 ? 0 : 1]++
        counts.set(hash, count)
      }
    }
  }
  return [...counts]
    .filter(([, [small, capital]]) => small >= COMMON_MIN && small > capital)
    .map(([hash]) => hash)
}

/** Puts other names in the place of some, and now and then writes all in capitals or all small. */
function vary(random: Random, example: Example, names: NameLists): Example {
  const other = random() < 0.45 ? withOtherNames(random, example, names) : example
  const chance = random()
  if (chance < 0.06) return { ...other, text: sameLength(other.text, other.text.toUpperCase()) }
  if (chance < 0.12) return { ...other, text: sameLength(other.text, other.text.toLowerCase()) }
  return other
}

const sameLength = (text: string, changed: string): string =>
  changed.length === text.length ? changed : text

function withOtherNames(random: Random, { text, spans }: Example, names: NameLists): Example {
  let changed = ''
  let taken = 0
  const moved: EntitySpan[] = []
  for (const { start, end, tag } of spans) {
    changed += text.slice(taken, start)
    const own = text.slice(start, end)
    const isPlain = tag === PERSON && /^\p{L}+(?: \p{L}+)?$/u.test(own) && random() < 0.7
    const filled = isPlain ? otherName(random, own, names) : own
    moved.push({ start: changed.length, end: changed.length + filled.length, tag })
    changed += filled
    taken = end
  }
  return { text: changed + text.slice(taken), spans: moved }
}

function otherName(random: Random, own: string, names: NameLists): string {
  const [first = '', last] = own.split(' ')
  const given = pick(random, names.first)
  if (last !== undefined) return `${given} ${pick(random, names.surnames)}`
  const name = random() < 0.6 ? given : pick(random, names.surnames)
  return first === first.toLowerCase() ? name.toLowerCase() : name
}

/** Adaptive gradient descent (Duchi, Hazan and Singer, 2011) on the likelihood of the tags. */
class Trainer {
  readonly weights = new Float32Array(TAGS.length << TABLE_BITS)
  readonly #squares = new Float32Array(TAGS.length << TABLE_BITS).fill(0.5)
  readonly #sentence = new Sentence()
  readonly #tagger: Tagger
  readonly #random: Random
  readonly #isName: ReadonlySet<number>
  readonly #isCommon: ReadonlySet<number>
  readonly #probabilities = new Float64Array(TAGS.length)
  readonly #seen = new Uint8Array(1 << 24)
  readonly #sums = new Float32Array(TAGS.length << TABLE_BITS)
  #kept = 0
  #words = 0
  #wrong = 0

  constructor(
    names: NameFilter,
    random: Random,
    isName: ReadonlySet<number>,
    isCommon: ReadonlySet<number>,
  ) {
    this.#isCommon = isCommon
    this.#tagger = new Tagger({ weights: new Int8Array(0), scale: 1, names })
    this.#random = random
    this.#isName = isName
  }

  /** Adds the weights as they are now to the average. */
  keep(): void {
    this.#kept++
    for (let at = 0; at < this.weights.length; at++) {
      this.#sums[at] = (this.#sums[at] ?? 0) + (this.weights[at] ?? 0)
    }
  }

  average(): Float32Array {
    return this.#sums.map((sum) => sum / this.#kept)
  }

  report(): string {
    const share = ((100 * this.#wrong) / this.#words).toFixed(2)
    this.#wrong = 0
    this.#words = 0
    return `${share} % of the words looked at are wrong`
  }

  /** `isOrdinary`: nobody marked names in it, so words that may be some are passed over. */
  learn({ text, spans }: Example, isOrdinary: boolean): void {
    for (let at = 0; at < text.length;) {
      at = this.#sentence.read(text, at)
      this.#learnSentence(text, spans, isOrdinary)
    }
  }

  #learnSentence(text: string, spans: readonly EntitySpan[], isOrdinary: boolean): void {
    const sentence = this.#sentence
    this.#tagger.prepare(sentence)
    let last = NONE
    let lastButOne = NONE
    for (let at = 0; at < sentence.count; at++) {
      const start = sentence.start[at] ?? 0
      const isHandle = text.charCodeAt(start) === 0x40
      const span = isHandle ? undefined : spans.find((one) => one.start <= start && start < one.end)
      const tag = span?.tag ?? NONE
      const isCandidate = this.#tagger.isCandidate(sentence, at)
      let next = tag === UNKNOWN ? NONE : tag
      const isPassed = tag === UNKNOWN || (isOrdinary && this.#isUnsure(at))
      if (!isPassed && (last !== NONE || isCandidate)) {
        this.#tagger.features(text, sentence, at, last, lastButOne)
        const guess = this.#step(tag)
        if (this.#random() < 0.25) next = guess
      }
      lastButOne = last
      last = next
    }
  }

  /** In a text that nobody marked: all but usual words with a capital, and words of code. */
  #isUnsure(at: number): boolean {
    const hash = this.#sentence.hash[at] ?? 0
    if (this.#isName.has(hash)) return true
    return !this.#isCommon.has(hash) && this.#sentence.codeSigns < CODE_SIGNS_MIN
  }

  #step(tag: number): number {
    const kept = this.#tagger.hashes.map((hash, place) => {
      const slot = hash >>> 8
      const seen = this.#seen[slot] ?? 0
      if (seen < 255) this.#seen[slot] = seen + 1
      return seen < SEEN_MIN || (OWN_FEATURES.has(place) && this.#random() < DROPOUT)
        ? -1
        : hash & ROW_MASK
    })
    const probabilities = this.#probabilities
    const count = TAGS.length
    probabilities.fill(0)
    for (let feature = 0; feature < FEATURE_COUNT; feature++) {
      const row = kept[feature] ?? 0
      if (row < 0) continue
      for (let t = 0; t < count; t++) {
        probabilities[t] = (probabilities[t] ?? 0) + (this.weights[row * count + t] ?? 0)
      }
    }
    const guess = softmax(probabilities)
    this.#words++
    if (guess !== tag) this.#wrong++
    for (let t = 0; t < count; t++) {
      const gradient = (probabilities[t] ?? 0) - (t === tag ? 1 : 0)
      if (Math.abs(gradient) < 1e-3) continue
      for (let feature = 0; feature < FEATURE_COUNT; feature++) {
        const row = kept[feature] ?? 0
        if (row >= 0) this.#update(row * count + t, gradient)
      }
    }
    return guess
  }

  #update(place: number, gradient: number): void {
    const square = (this.#squares[place] ?? 0) + gradient * gradient
    this.#squares[place] = square
    this.weights[place] = (this.weights[place] ?? 0) - (RATE * gradient) / Math.sqrt(square)
  }
}

/** In place; answers the most likely. */
function softmax(scores: Float64Array): number {
  let best = 0
  for (let t = 1; t < scores.length; t++) if ((scores[t] ?? 0) > (scores[best] ?? 0)) best = t
  const top = scores[best] ?? 0
  let sum = 0
  for (let t = 0; t < scores.length; t++) {
    const e = Math.exp((scores[t] ?? 0) - top)
    scores[t] = e
    sum += e
  }
  for (let t = 0; t < scores.length; t++) scores[t] = (scores[t] ?? 0) / sum
  return best
}
