import * as z from 'zod'
import type { AdjustLine } from '../journal/adjust.ts'
import type { CloseEntry } from '../journal/entry.ts'
import { err, ok, type Result } from '../domain/result.ts'
import { monthEnd, nextMonth } from './focus/times.ts'

const Pico = z.string().regex(/^-?\d{1,18}$/, { message: 'a whole number of pico-dollars as text' })
const Month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, { message: 'a month such as 2026-11' })
const Name = z.string().min(1).max(64)

/** Takes a posting back and books it again as it should have been. What is absent stays as it was. */
const Rebook = z.strictObject({
  type: z.literal('rebook'),
  /** Number of the posting's entry. */
  seq: z.int().positive(),
  costPicoUsd: Pico.optional(),
  costCentre: Name.optional(),
  team: Name.optional(),
  app: Name.optional(),
})

/** An amount that is owed and not invoiced yet: booked in a month and taken back in the next one. */
const Accrual = z.strictObject({
  type: z.literal('accrual'),
  period: Month,
  costPicoUsd: Pico,
  destination: Name,
  legalEntity: Name,
  model: Name,
  costCentre: Name,
  team: Name,
  app: Name,
})

/** A difference that has no posting of its own, for instance spend that never passed through Demarc. */
const Difference = z.strictObject({
  ...Accrual.shape,
  type: z.literal('difference'),
  /** Of the month, UTC; without it the month's last day. */
  day: z.iso.date().optional(),
})

export const Correction = z.discriminatedUnion('type', [Rebook, Accrual, Difference])
export type Correction = z.infer<typeof Correction>

/** Where corrections may be booked. */
export type OpenMonths = {
  /** Last closed month; empty if there is none. */
  readonly closedThrough: string
  readonly nowMs: number
}

const monthOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 7)

/** A month itself while it is open, else the current one. */
const bookableIn = (period: string, { closedThrough, nowMs }: OpenMonths): string =>
  period > closedThrough ? period : monthOf(nowMs)

/** The moment itself if it lies in the month that is booked in, else now, else the end of that month. */
function datedIn(period: string, wantedMs: number, nowMs: number): number {
  const inMonth = [wantedMs, nowMs].find((atMs) => monthOf(atMs) === period)
  return inMonth ?? Date.parse(monthEnd(period)) - 1
}

/**
 * The journal's lines for what finance wants changed. Nothing is edited: a posting is reversed and booked anew, both in
 * its own month while that is open, else in the current one as late corrections.
 */
export function linesOf(
  corrections: readonly Correction[],
  postings: ReadonlyMap<number, CloseEntry>,
  months: OpenMonths,
): Result<readonly AdjustLine[], string> {
  const lines: AdjustLine[] = []
  for (const correction of corrections) {
    if (correction.type === 'rebook') {
      const posting = postings.get(correction.seq)
      if (posting === undefined) return err(`there is no posting ${correction.seq}`)
      lines.push(...rebooked(correction, posting, months))
    } else lines.push(...amount(correction, months))
  }
  return ok(lines)
}

function rebooked(
  { seq, costPicoUsd, costCentre, team, app }: z.infer<typeof Rebook>,
  posting: CloseEntry,
  months: OpenMonths,
): readonly AdjustLine[] {
  const period = bookableIn(posting.period, months)
  const outcome = period === posting.period ? ('correction' as const) : ('late-correction' as const)
  const common = {
    period,
    outcome,
    atMs: datedIn(period, posting.atMs, months.nowMs),
    about: seq,
    reserveSeq: posting.reserveSeq,
    forPeriod: posting.period,
  }
  const facts = {
    ...posting.facts,
    costCentre: costCentre ?? posting.facts.costCentre,
    team: team ?? posting.facts.team,
    app: app ?? posting.facts.app,
  }
  const reversal = String(-BigInt(posting.costPicoUsd))
  return [
    { ...common, costPicoUsd: reversal, nodes: posting.nodes, facts: posting.facts },
    {
      ...common,
      costPicoUsd: costPicoUsd ?? posting.costPicoUsd,
      nodes: posting.nodes.map((node) => renamed(node, team, app)),
      facts,
    },
  ]
}

/** The budget node of the team and app that bear it now. */
function renamed(node: string, team: string | undefined, app: string | undefined): string {
  if (team !== undefined && /(?:^| )team:/.test(node))
    return node.replace(/team:.*$/, `team:${team}`)
  if (app !== undefined && /(?:^| )app:/.test(node)) return node.replace(/app:.*$/, `app:${app}`)
  return node
}

function amount(
  correction: z.infer<typeof Accrual> | z.infer<typeof Difference>,
  months: OpenMonths,
): readonly AdjustLine[] {
  const { period: wanted, costPicoUsd } = correction
  const period = bookableIn(wanted, months)
  const common = { about: null, reserveSeq: 0, forPeriod: wanted, facts: factsOf(correction) }
  const lastMs = Date.parse(monthEnd(wanted)) - 1
  if (correction.type === 'difference') {
    const outcome = period === wanted ? ('correction' as const) : ('late-correction' as const)
    const wantedMs = correction.day === undefined ? lastMs : Date.parse(correction.day)
    const atMs = datedIn(period, wantedMs, months.nowMs)
    return [{ ...common, atMs, period, costPicoUsd, outcome, nodes: ['tenant'] }]
  }
  const back = String(-BigInt(costPicoUsd))
  const atMs = datedIn(period, lastMs, months.nowMs)
  return [
    { ...common, atMs, period, costPicoUsd, outcome: 'accrual', nodes: [] },
    {
      ...common,
      atMs: Date.parse(monthEnd(period)),
      period: nextMonth(period),
      costPicoUsd: back,
      outcome: 'accrual-reversal',
      nodes: [],
    },
  ]
}

const NOT_KNOWN = 'unassigned'

const factsOf = ({
  costCentre,
  team,
  app,
  destination,
  legalEntity,
  model,
}: z.infer<typeof Accrual> | z.infer<typeof Difference>): AdjustLine['facts'] => ({
  team,
  app,
  costCentre,
  destination,
  legalEntity,
  model,
  key: NOT_KNOWN,
  purpose: NOT_KNOWN,
  surface: NOT_KNOWN,
  account: NOT_KNOWN,
  region: NOT_KNOWN,
  modelRequested: model,
  upstreamModel: model,
  form: 'raw',
  level: NOT_KNOWN,
  policyHash: NOT_KNOWN,
  priceVersion: NOT_KNOWN,
})
