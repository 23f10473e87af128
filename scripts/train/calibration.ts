import { join } from 'node:path'
import { NameFilter } from '../../src/classifier/learned/names.ts'
import { NONE, PERSON_MIN, Tagger, TAGS } from '../../src/classifier/learned/tagger.ts'
import { unpackBits, unpackLevels } from '../../src/classifier/learned/weights.ts'
import { Sentence } from '../../src/classifier/learned/words.ts'
import { NAME_FILTER } from '../../src/classifier/weights/name-filter.ts'
import { TAGGER } from '../../src/classifier/weights/tagger.ts'
import { readRows, type Row } from '../eval/sets.ts'

/** Corpora of the dev folder that mark all three kinds throughout; each weighs the same. */
const SETS = [
  'uner-ewt-dev',
  'wikigold',
  'wnut17-dev',
  'broad-twitter-h',
  'germeval14-dev',
  'presidio-generated-large',
  'meddocan-dev',
]

type Seen = {
  readonly kind: string
  readonly logit: number
  readonly isRight: boolean
  readonly weight: number
}

/** Fits confidence to how often finds are right, and prints what belongs into learned/calibration.ts. */
export function fitCalibration(directory: string): void {
  const tagger = new Tagger({
    weights: unpackLevels(TAGGER),
    scale: TAGGER.scale,
    names: new NameFilter(unpackBits(NAME_FILTER)),
  })
  const seen = SETS.flatMap((set) => {
    const finds = readRows(join(directory, 'dev', `${set}.jsonl`)).flatMap((row) =>
      findsOf(tagger, row),
    )
    return finds.map((find) => ({ ...find, weight: 1 / finds.length }))
  })
  for (const kind of TAGS.slice(1)) {
    const { slope, offset } = fit(seen.filter((find) => find.kind === kind))
    console.log(`  ${kind}: { slope: ${slope.toFixed(3)}, offset: ${offset.toFixed(3)} },`)
  }
}

function findsOf(tagger: Tagger, { text, spans }: Row): Omit<Seen, 'weight'>[] {
  const sentence = new Sentence()
  const finds: Omit<Seen, 'weight'>[] = []
  for (let at = 0; at < text.length;) {
    at = sentence.read(text, at)
    if (!tagger.prepare(sentence)) continue
    tagger.tag(text, sentence, PERSON_MIN)
    for (let word = 0; word < sentence.count;) {
      const tag = tagger.tags[word] ?? NONE
      const first = word
      let logit = 0
      do logit += tagger.logits[word++] ?? 0
      while (word < sentence.count && tagger.tags[word] === tag)
      const kind = TAGS[tag]
      if (tag === NONE || kind === undefined) continue
      const start = sentence.start[first] ?? 0
      const end = sentence.end[word - 1] ?? 0
      const isRight = spans.some((s) => s.kind === kind && s.start < end && start < s.end)
      finds.push({ kind, logit: logit / (word - first), isRight })
    }
  }
  return finds
}

const STEPS = 4_000
const RATE = 0.5

/** Logistic regression on one number, by plain gradient descent. */
function fit(seen: readonly Seen[]): { slope: number; offset: number } {
  const total = seen.reduce((sum, { weight }) => sum + weight, 0)
  let slope = 1
  let offset = 0
  for (let step = 0; step < STEPS; step++) {
    let bySlope = 0
    let byOffset = 0
    for (const { logit, isRight, weight } of seen) {
      const error = 1 / (1 + Math.exp(-(slope * logit + offset))) - (isRight ? 1 : 0)
      bySlope += weight * error * logit
      byOffset += weight * error
    }
    slope -= (RATE * bySlope) / total / 4
    offset -= (RATE * byOffset) / total
  }
  return { slope, offset }
}
