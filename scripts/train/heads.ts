import { join } from 'node:path'
import * as z from 'zod'
import { HEAD_BITS, headRows, WINDOW_WORDS } from '../../src/classifier/learned/head.ts'
import { Sentence } from '../../src/classifier/learned/words.ts'
import { readExamples, readLines, readNames } from './entities.ts'
import { healthText } from './health-sentences.ts'
import { seeded, shuffle } from './random.ts'
import { quantize, writeWeights } from './weights-file.ts'

const EPOCHS = 10
const RATE = 0.3
const DECAY = 1e-5
const OWN_TEXTS = 5_000
/** Rows of a window; a window of text with its label. */
type Window = {
  readonly rows: Int32Array
  readonly words: number
  readonly isPositive: boolean
  readonly weight: number
}

const Row = z.object({ id: z.string(), text: z.string() })
const readRows = (file: string) => readLines(file).map((line) => Row.parse(JSON.parse(line)))

/** Trains the head for somebody's health. `without` leaves out sources by the start of their ids, to measure on them. */
export function trainHeads(directory: string, seed: number, without: readonly string[]): void {
  const random = seeded(seed)
  const train = (file: string) =>
    readRows(join(directory, 'train', `${file}.jsonl`)).filter(
      ({ id }) => !without.some((start) => id.startsWith(start)),
    )
  const names = readNames(directory)
  const positives = train('health-pos').flatMap(({ id, text }) =>
    windowsOf(plain(text), true, id.startsWith('meddocan') ? 0.4 : 1),
  )
  const negatives = [
    ...train('health-neg').flatMap(({ text }) => windowsOf(text, false, 2)),
    ...train('prompts').flatMap(({ text }) => windowsOf(text, false, 1.5)),
    ...readExamples(directory)
      .filter((_, place) => place % 2 === 0)
      .filter(({ spans }) => spans.every(({ tag }) => tag >= 0))
      .filter(({ text }) => !SPANISH.test(text))
      .flatMap(({ text }) => windowsOf(text, false, 0.7)),
  ]
  for (let own = 0; own < OWN_TEXTS; own++) {
    positives.push(...windowsOf(healthText(random, names, true), true, 1))
    negatives.push(...windowsOf(healthText(random, names, false), false, 1.5))
  }
  const windows = [...positives, ...negatives]
  const { weights, bias } = fit(windows, random)
  const { levels, scale } = quantize(weights, 0.9995)
  console.log(`${positives.length} windows about somebody's health, ${negatives.length} not`)
  writeWeights(
    'health-head',
    { levels },
    { scale: Number(scale.toPrecision(6)), bias: Number(bias.toPrecision(6)) },
  )
}

/** MEDDOCAN's sentences stand among the entities, too; they are about patients. */
const SPANISH = /\b(?:paciente|años|para|que|con|del)\b/
/** Who speaks gives talks away that are measured without: it is not learned. */
const plain = (text: string): string =>
  text
    .replaceAll(/^(?:Doctor|Patient|Guest_family(?:_\d)?|Guest_clinician)\s*:\s*/gim, '')
    .replaceAll(/\[(?:doctor|patient)\]/gi, '')

function windowsOf(text: string, isPositive: boolean, weight: number): Window[] {
  const sentence = new Sentence()
  const three = new Int32Array(3)
  const windows: Window[] = []
  let rows: number[] = []
  const flush = () => {
    if (rows.length > 6)
      windows.push({ rows: Int32Array.from(rows), words: rows.length / 3, isPositive, weight })
    rows = []
  }
  for (let at = 0; at < text.length;) {
    at = sentence.read(text, at)
    for (let word = 0; word < sentence.count; word++) {
      headRows(sentence, word, three)
      rows.push(...three)
      if (rows.length === WINDOW_WORDS * 3) flush()
    }
  }
  flush()
  return windows
}

/** Logistic regression by adaptive gradient descent. */
function fit(windows: Window[], random: () => number): { weights: Float32Array; bias: number } {
  const weights = new Float32Array(1 << HEAD_BITS)
  const squares = new Float32Array(1 << HEAD_BITS).fill(0.1)
  let bias = 0
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(random, windows)
    let wrong = 0
    for (const { rows, words, isPositive, weight } of windows) {
      const unit = 1 / Math.sqrt(words)
      let logit = bias
      for (const row of rows) logit += (weights[row] ?? 0) * unit
      const error = 1 / (1 + Math.exp(-logit)) - (isPositive ? 1 : 0)
      if (Math.abs(error) > 0.5) wrong++
      bias -= 0.02 * error * weight
      for (const row of rows) {
        const own = weights[row] ?? 0
        const gradient = error * unit * weight + DECAY * own
        const square = (squares[row] ?? 0) + gradient * gradient
        squares[row] = square
        weights[row] = own - (RATE * gradient) / Math.sqrt(square)
      }
    }
    if (epoch === EPOCHS - 1)
      console.log(`${((100 * wrong) / windows.length).toFixed(2)} % of the windows are wrong`)
  }
  return { weights, bias }
}
