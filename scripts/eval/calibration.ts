import type { Verdict } from './score.ts'

export type Calibration = {
  readonly kind: string
  readonly finds: number
  /** Expected calibration error: the mean distance between confidence and share right, over ten bins, 0 to 1. */
  readonly error: number
  readonly bins: readonly {
    readonly confidence: number
    readonly right: number
    readonly finds: number
  }[]
}

const BINS = 10

/** How far confidence is from the share of finds that are right, for each kind. */
export function calibrate(verdicts: readonly Verdict[]): readonly Calibration[] {
  const kinds = [...new Set(verdicts.map(({ kind }) => kind))].toSorted()
  return kinds.map((kind) => {
    const own = verdicts.filter((verdict) => verdict.kind === kind)
    const bins = Array.from({ length: BINS }, (_, bin) =>
      own.filter(({ confidence }) => Math.min(Math.floor(confidence * BINS), BINS - 1) === bin),
    )
      .filter((bin) => bin.length > 0)
      .map((bin) => ({
        confidence: mean(bin.map(({ confidence }) => confidence)),
        right: mean(bin.map(({ isRight }) => (isRight ? 1 : 0))),
        finds: bin.length,
      }))
    const error =
      bins.reduce((sum, bin) => sum + bin.finds * Math.abs(bin.confidence - bin.right), 0) /
      own.length
    return { kind, finds: own.length, error, bins }
  })
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length
