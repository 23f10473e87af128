import type { Posted } from './books.ts'
import type { Outcome, Receipt } from './send-samples.ts'

/** Characters of each column; with two spaces between them they fill a terminal of 120. */
const COLUMNS = [16, 32, 33, 15, 16] as const
const WIDTH = 120
const INDENT = ' '.repeat(COLUMNS[0] + 2)

/** What happened to each sample, and below it why. */
export function renderTable(
  outcomes: readonly Outcome[],
  posted: ReadonlyMap<string, Posted>,
): string {
  const head = row(['sample', 'label', 'destination', 'tokens in + out', 'cost in USD'])
  const blocks = outcomes.map((outcome) => block(outcome, posted.get(outcome.decision)))
  return [head, '-'.repeat(WIDTH), blocks.join('\n\n')].join('\n')
}

function block(outcome: Outcome, posted: Posted | undefined): string {
  const { sample, label, sent, receipt, decision, failure } = outcome
  const where = sent === undefined ? 'nowhere' : `${sent.destination}: ${sent.model}`
  const tokens = posted === undefined ? '-' : `${posted.inputTokens} + ${posted.outputTokens}`
  const lines = [
    row([sample.name, label, where, tokens, posted?.costUsd ?? '-']),
    row(['', foundIn(receipt), reasonIn(outcome)]),
    INDENT + clip(decision),
  ]
  const closed = receipt === undefined ? '' : closedDoors(receipt)
  if (closed !== '') lines.push(INDENT + clip(`not to ${closed}`))
  if (receipt === undefined && failure !== undefined) lines.push(INDENT + clip(failure))
  return lines.join('\n')
}

function foundIn(receipt: Receipt | undefined): string {
  const kinds = [...new Set(receipt?.evidence.map(({ kind }) => kind))]
  return kinds.length === 0 ? 'found nothing sensitive' : `found ${kinds.join(', ')}`
}

function reasonIn({ receipt, sent }: Outcome): string {
  if (receipt === undefined) return 'no receipt'
  const { refusal, route, attempts } = receipt
  if (refusal !== null) return `by rule ${refusal.rule ?? refusal.code}`
  const isRedacted = attempts.some(
    ({ destination, model, form }) =>
      destination === sent?.destination && model === sent.model && form === 'redacted',
  )
  return `${isRedacted ? 'redacted, ' : ''}by route ${route.id}`
}

/** Which destinations were ruled out by which rule: the fewest rules that account for all of them. */
function closedDoors({ guardrails, refusal }: Receipt): string {
  if (refusal !== null) return ''
  const left = new Set(guardrails.flatMap(({ removed }) => removed))
  const parts: string[] = []
  while (left.size > 0) {
    const [first] = guardrails
      .map(({ id, removed }) => ({ id, closes: removed.filter((name) => left.has(name)) }))
      .toSorted((a, b) => b.closes.length - a.closes.length)
    if (first === undefined) break
    for (const name of first.closes) left.delete(name)
    parts.push(`${first.closes.join(', ')} (${first.id})`)
  }
  return parts.join(', ')
}

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, at) => clip(cell, COLUMNS[at]).padEnd(COLUMNS[at] ?? 0))
    .join('  ')
    .trimEnd()

const clip = (text: string, length = WIDTH - INDENT.length): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`

/** What is wrong with the way a sample went; undefined if it is the expected one. */
export function deviation(
  { sample, sent, failure, receipt }: Outcome,
  zoneOf: (destination: string) => string | undefined,
): string | undefined {
  const { name, expected } = sample
  if (receipt === undefined)
    return `${name}: no receipt${failure === undefined ? '' : ` (${failure})`}`
  const rule = receipt.refusal?.rule
  if ('forbiddenBy' in expected) {
    return sent === undefined && rule === expected.forbiddenBy
      ? undefined
      : `${name}: expected to be forbidden by ${expected.forbiddenBy}, ${whatHappened(sent, rule)}`
  }
  if (sent === undefined || failure !== undefined || receipt.route.id !== expected.route) {
    const route = sent === undefined ? '' : ` by route ${receipt.route.id}`
    const why = failure === undefined ? '' : ` (${failure})`
    return `${name}: expected the route ${expected.route}, ${whatHappened(sent, rule)}${route}${why}`
  }
  const zone = zoneOf(sent.destination) ?? 'unknown'
  return zone === expected.zone
    ? undefined
    : `${name}: expected zone ${expected.zone}, went to ${sent.destination} in zone ${zone}`
}

const whatHappened = (sent: Outcome['sent'], rule: string | undefined): string =>
  sent === undefined ? `was refused by ${rule ?? 'no rule'}` : `went to ${sent.destination}`
