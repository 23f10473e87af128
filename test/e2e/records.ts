import { expect } from 'vitest'
import { fields, parseFields, text, type Fields } from '../upstreams/read.ts'
import { decisionOf, rows, settled, verify, type Reply, type Stage } from './harness.ts'

/** What the ledger must say of decisions, looked at once, at the end: entries travel for a second or three. */
export class Records {
  readonly #expected: (readonly [string, readonly unknown[]])[] = []

  /** One line for each entry of a decision, as `lineOf` writes them. */
  expect(of: Reply | string, ...lines: readonly unknown[]): void {
    const name = typeof of === 'string' ? of : decisionOf(of)
    if (typeof of !== 'string') expect(name).toMatch(/^dec_/)
    this.#expected.push([name, lines])
  }

  /** Nothing stays held, the ledger agrees with the journal, and all is there as expected. */
  async check(stage: Stage): Promise<void> {
    const decisions = this.#expected.map(([name]) => name).filter((name) => name.startsWith('dec_'))
    await settled(stage, decisions)
    const found = await rows(stage, 'SELECT body FROM journal_entry ORDER BY seq')
    const entries = found.map(({ body }) => fields(parseFields(text(body) ?? '')))
    const byName = Map.groupBy(entries, (entry) => tagOf(entry) ?? entry['decision'])
    const held = new Map(entries.map((entry) => [entry['seq'], entry['heldPicoUsd']]))
    const actual = this.#expected.map(([name]) => [
      name,
      ...(byName.get(name) ?? []).map((entry) => lineOf(entry, held.get(entry['reserveSeq']))),
    ])
    expect(actual).toEqual(this.#expected.map(([name, lines]) => [name, ...lines]))
    expect(await verify(stage)).toMatchObject({ holds: true, findings: [] })
  }
}

/** Names a request whose decision its client does not learn: the header `demarc-tags: feature=<name>`. */
const tagOf = (entry: Fields): unknown => fields(fields(entry['facts'])['tags'])['feature']

function lineOf(entry: Fields, held: unknown): string {
  const { kind, outcome, number, code, costPicoUsd } = entry
  if (kind === 'reserve') return `reserve ${String(number)}`
  if (kind === 'refuse') return `refuse ${String(code)}`
  const paid = costPicoUsd === held ? 'bound' : costPicoUsd === '0' ? '0' : 'usage'
  return `${String(kind)} ${String(outcome)}: ${paid}`
}
