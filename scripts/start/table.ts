import type { Posted } from './books.ts'
import type { Outcome } from './send-samples.ts'

/** Characters of a line, so that the table fits a terminal. */
const WIDTH = 120
const COLUMNS = [16, 33, 34, 12, 14] as const

/** Two lines for each sample: what happened, and why. */
export function renderTable(
  outcomes: readonly Outcome[],
  posted: ReadonlyMap<string, Posted>,
): string {
  const lines = [row(['sample', 'label', 'destination', 'tokens', 'cost USD']), '-'.repeat(WIDTH)]
  for (const outcome of outcomes) lines.push(...linesOf(outcome, posted.get(outcome.decision)))
  return lines.join('\n')
}

function linesOf(outcome: Outcome, posted: Posted | undefined): string[] {
  const { sample, label, sent, failure, receipt, decision } = outcome
  const where = sent === undefined ? 'nowhere' : `${sent.destination} ${sent.model}`
  const tokens = posted === undefined ? '-' : `${posted.inputTokens} + ${posted.outputTokens}`
  const why = [...new Set(receipt?.evidence.map(({ kind }) => kind))]
  const found = why.length === 0 ? 'nothing sensitive found' : `found: ${why.join(', ')}`
  const rule = receipt === undefined ? 'no receipt' : `by ${reasonsOf(receipt)}`
  return [
    row([sample.name, label, where, tokens, posted?.costUsd ?? '-']),
    row(['', found, rule, '', '']),
    `${' '.repeat(COLUMNS[0] + 2)}decision ${decision}`,
    ...(failure === undefined ? [] : [`${' '.repeat(COLUMNS[0] + 2)}${clip(failure, WIDTH - 18)}`]),
  ]
}

function reasonsOf({ route, guardrails }: NonNullable<Outcome['receipt']>): string {
  const [first, ...rest] = guardrails.map(({ id }) => id)
  if (first === undefined) return `route ${route.id}`
  return `${first}${rest.length === 0 ? '' : ` and ${rest.length} more`}, route ${route.id}`
}

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, at) => clip(cell, COLUMNS[at] ?? WIDTH).padEnd(COLUMNS[at] ?? 0))
    .join('  ')
    .trimEnd()

const clip = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`

/** What is wrong with a sample's route; undefined if it is the expected one. */
export function deviation(
  { sample, sent, failure, receipt }: Outcome,
  zoneOf: (destination: string) => string | undefined,
): string | undefined {
  if (failure !== undefined) return `${sample.name}: ${failure}`
  if (sent === undefined || receipt === undefined)
    return `${sample.name}: no destination, no receipt`
  if (receipt.route.id !== sample.route) {
    return `${sample.name}: expected the route ${sample.route}, took ${receipt.route.id}`
  }
  const zone = zoneOf(sent.destination)
  return zone === sample.zone
    ? undefined
    : `${sample.name}: expected zone ${sample.zone}, went to ${sent.destination} (${zone ?? 'unknown'})`
}
