import { classify } from '../../src/classifier/classify.ts'
import type { Envelope } from '../../src/domain/leaf.ts'

export type Speed = {
  readonly bytes: number
  readonly runs: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly megabytesPerSecond: number
}
export type Adversary = { readonly piece: string; readonly milliseconds: number }

export const envelopeOfText = (text: string): Envelope => ({
  leaves: [{ text, kind: 'string', node: 0 }],
  pointer: () => '',
  opaque: [],
})

const timed = (text: string): number => {
  const envelope = envelopeOfText(text)
  const start = performance.now()
  classify(envelope)
  return performance.now() - start
}

/** Classifies pieces of the texts, all different, after a warm-up on others. */
export function measureSpeed(texts: readonly string[], length: number, runs: number): Speed {
  const all = texts.join('\n\n')
  const pieces = Array.from({ length: runs }, (_, run) => {
    const start = (run * length * 7) % Math.max(all.length - length, 1)
    return all.slice(start, start + length)
  })
  for (const piece of pieces.slice(0, Math.ceil(runs / 4))) timed(piece)
  const times = pieces.map(timed).toSorted((a, b) => a - b)
  const total = times.reduce((sum, time) => sum + time, 0)
  return {
    bytes: length,
    runs,
    p50Ms: times[Math.floor(runs / 2)] ?? 0,
    p99Ms: times[Math.floor(runs * 0.99)] ?? 0,
    megabytesPerSecond: (runs * length) / 1e6 / (total / 1000),
  }
}

/** Repeats that make anchors stop as often as they can; test/classifier/linear.test.ts counts the work of more. */
const PIECES =
  `a.|1|1 |12 34-|a@|a@a.|1.|(1|+1 |4111 |[|{"a":|key=|DE89 |Mr Abc |Dear Ab |Ab Cd |A|aA|John |JOHN |my |I have |1 mg |patient: |\\u0041|\u200b|password: |eyJa.|x://a:|QUJD|%41|&#65;`.split(
    '|',
  )

/** The slowest first; each the best of three, 100 KB long. */
export function measureAdversaries(): readonly Adversary[] {
  return PIECES.map((piece) => {
    const text = piece.repeat(Math.ceil(100_000 / piece.length)).slice(0, 100_000)
    return { piece, milliseconds: Math.min(timed(text), timed(text), timed(text)) }
  }).toSorted((a, b) => b.milliseconds - a.milliseconds)
}
