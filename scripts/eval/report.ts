import type { Absent } from './baselines/baseline.ts'
import type { Calibration } from './calibration.ts'
import type { Comparison } from './compare.ts'
import { UNIT, type KindScore, type SetScore, type Share } from './score.ts'
import type { Evasion } from './evasion.ts'
import type { NameRouting, Routing } from './routing.ts'
import type { Sessions } from './sessions.ts'
import type { Adversary, Speed } from './speed.ts'

export const percent = ({ hits, of }: Share): string =>
  of === 0 ? '–' : ((100 * hits) / of).toFixed(1)

/** Wilson score interval, lower bound at 95 %, in percent: what a small set can vouch for. */
export function wilson({ hits, of }: Share): string {
  if (of === 0) return '–'
  const z = 1.96
  const p = hits / of
  const centre = p + (z * z) / (2 * of)
  const margin = z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))
  return Math.max(0, (100 * (centre - margin)) / (1 + (z * z) / of)).toFixed(1)
}

/** Columns as wide as their widest cell; the first to the left, the others to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const kindRow = (kind: string, score: KindScore): readonly string[] => [
  `  ${kind}`,
  String(Math.max(score.spans.of, score.documents.of)),
  percent(score.documents),
  wilson(score.documents),
  percent(score.spans),
  percent(score.tokens),
  percent(score.documentPrecision),
  percent(score.spanPrecision),
  percent(score.tokenPrecision),
]

const HEAD = ['', 'marks', 'doc R', '≥95%', 'span R', 'tok R', 'doc P', 'span P', 'tok P']

export function describeSet(score: SetScore): string {
  const kinds = [...score.kinds]
    .filter(([kind]) => kind === UNIT || !kind.startsWith('other:'))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  const flagged = shares(score.group === 'negatives' ? score.alarms : score.flagged, score.rows)
  const misses = kinds.flatMap(([kind, { misses: causes }]) =>
    causes.size === 0
      ? []
      : [
          `  missed ${kind}: ${[...causes]
            .toSorted(([, a], [, b]) => b - a)
            .slice(0, 6)
            .map(([cause, count]) => `${count} ${cause}`)
            .join(', ')}`,
        ],
  )
  return [
    `${score.set}: ${score.rows} documents`,
    ...(kinds.length === 0
      ? []
      : [
          table(
            HEAD,
            kinds.map(([kind, own]) => kindRow(kind, own)),
          ),
        ]),
    `  ${score.group === 'negatives' ? 'false alarms' : 'flagged'}, % of documents: ${flagged || 'none'}`,
    `  levels, %: ${shares(score.levels, score.rows)}`,
    ...misses,
  ].join('\n')
}

const shares = (counts: ReadonlyMap<string, number>, of: number): string =>
  [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, hits]) => `${name} ${percent({ hits, of })}`)
    .join(', ')

export function describeCalibration(calibrations: readonly Calibration[]): string {
  const rows = calibrations.map(({ kind, finds, error, bins }) => [
    kind,
    String(finds),
    (100 * error).toFixed(1),
    bins.map((b) => `${(100 * b.confidence).toFixed(0)}→${(100 * b.right).toFixed(0)}`).join(' '),
  ])
  return `calibration, sets that mark a kind throughout; confidence → share right, %\n${table(['kind', 'finds', 'ECE %', 'bins'], rows)}`
}

/** Of the marks that are found as they stand, the share that is found in disguise. */
export function describeEvasion(evasions: readonly Evasion[]): string {
  const kinds = [...new Set(evasions.flatMap((evasion) => Object.keys(evasion.kinds)))].toSorted()
  const rows = evasions.map(({ transform, kinds: found }) => [
    transform,
    ...kinds.map((kind) => percent(found[kind] ?? { hits: 0, of: 0 })),
  ])
  return table(['still found, % of plain', ...kinds], rows)
}

const sum = (parts: readonly Share[]): Share => ({
  hits: parts.reduce((total, { hits }) => total + hits, 0),
  of: parts.reduce((total, { of }) => total + of, 0),
})

export function describeRouting(routing: readonly Routing[], names: NameRouting): string {
  const rows = routing.map(({ set, leaked, kept }) => [
    set,
    leaked.of === 0 ? '–' : `${percent(leaked)} of ${leaked.of}`,
    kept.of === 0 ? '–' : `${percent(kept)} of ${kept.of}`,
  ])
  const head = ['a closed model asked for', 'leaked, %', 'ordinary but kept, %']
  const leaked = sum(routing.map((one) => one.leaked))
  const kept = sum(routing.map((one) => one.kept))
  return [
    table(head, rows),
    `leak rate ${percent(leaked)} of ${leaked.of}, over-route rate ${percent(kept)} of ${kept.of}`,
    `a name alone: sent to a closed model ${percent(names.sent)} of ${names.sent.of} texts that hold no other personal mark; ` +
      `if names counted as personal data, ${percent(names.sentIfPersonal)}, and ${percent(names.keptIfPersonal)} of ${names.keptIfPersonal.of} ordinary texts would be kept`,
  ].join('\n')
}

export function describeSessions(sessions: readonly Sessions[]): string {
  const rows = sessions.map(({ purpose, excerpts, moved, because }) => [
    purpose,
    `${percent(excerpts)} of ${excerpts.of}`,
    `${percent(moved)} of ${moved.of}`,
    [...because]
      .toSorted(([, a], [, b]) => b - a)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', '),
  ])
  const head = [
    'agents over published code',
    'grave excerpts, %',
    'sessions moved, %',
    'because of',
  ]
  return table(head, rows)
}

/** Documents, in percent: recall and precision by kind, then alarms. */
export function describeComparisons(comparisons: readonly (Comparison | Absent)[]): string {
  const measured = comparisons.filter((one): one is Comparison => 'kinds' in one)
  const kinds = Object.keys(measured[0]?.kinds ?? {})
  const sets = Object.keys(measured[0]?.alarms ?? {})
  const rows = measured.map(({ name, kinds: own, ids, secrets, alarms, adversarialMs }) => [
    name,
    ...kinds.map((kind) => {
      const { precision, recall } = own[kind] ?? { precision: NOTHING, recall: NOTHING }
      return `${percent(precision)}/${percent(recall)}`
    }),
    `${percent(ids.positive)}/${percent(ids.negative)}`,
    percent(secrets),
    ...sets.map((set) => percent(alarms[set] ?? NOTHING)),
    adversarialMs.toFixed(0),
  ])
  const head = [
    'documents, precision/recall',
    ...kinds,
    'ids +/-',
    'secrets',
    ...sets,
    '10 KB a. ms',
  ]
  const absent = comparisons.flatMap((one) =>
    'reason' in one ? [`${one.name}: ${one.reason}`] : [],
  )
  return [table(head, rows), ...absent].join('\n')
}
const NOTHING: Share = { hits: 0, of: 0 }

export function describeSpeed(speeds: readonly Speed[], adversaries: readonly Adversary[]): string {
  const rows = speeds.map(({ bytes, runs, p50Ms, p99Ms, megabytesPerSecond }) => [
    `${bytes / 1000} KB`,
    String(runs),
    p50Ms.toFixed(3),
    p99Ms.toFixed(3),
    megabytesPerSecond.toFixed(1),
  ])
  const worst = adversaries
    .slice(0, 5)
    .map(({ piece, milliseconds }) => `${JSON.stringify(piece)} ${milliseconds.toFixed(1)} ms`)
  return [
    table(['speed', 'runs', 'p50 ms', 'p99 ms', 'MB/s'], rows),
    `adversarial 100 KB, worst: ${worst.join(', ')}`,
  ].join('\n')
}
