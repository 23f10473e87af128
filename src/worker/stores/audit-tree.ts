import * as z from 'zod'
import { treeRoot, type Digest, type Subtrees } from '../../encoding/merkle.ts'
import {
  FAN,
  foldRow,
  KEPT_LEVELS,
  leafOf,
  rowsNeededBy,
  subtreesFrom,
  type RowRange,
} from '../../ledger/audit-tree.ts'
import type { Env } from '../env.ts'

type Database = Pick<Env, 'DB'>

const HashRow = z.object({ place: z.int().nonnegative(), hash: z.string() })

/** Subtrees read at once when the tree grows. */
const GROW_AT_ONCE = 64

/** What `compute` makes of the tree, with the rows that it needs. */
export async function withTree<T>(
  env: Database,
  tenant: string,
  compute: (subtrees: Subtrees) => T,
): Promise<T> {
  const rows = new Map<string, Digest>()
  for (const range of rowsNeededBy(compute)) {
    for (const [place, hash] of await fetchRows(env, tenant, range)) {
      rows.set(`${range.level} ${place}`, hash)
    }
  }
  return compute(subtreesFrom((level, place) => rows.get(`${level} ${place}`)))
}

/** Root of the first `size` entries. They must be in D1. */
export const rootAt = (env: Database, tenant: string, size: number): Promise<Digest> =>
  withTree(env, tenant, (subtrees) => treeRoot(size, subtrees))

/** Keeps the subtrees that are complete among the first `size` entries and not kept yet. */
export async function growTree(env: Database, tenant: string, size: number): Promise<void> {
  let below = 0
  for (const level of KEPT_LEVELS) {
    const complete = Math.floor(size / 2 ** level)
    let place = await keptCount(env, tenant, level)
    while (place < complete) {
      const count = Math.min(complete - place, GROW_AT_ONCE)
      await keep(env, tenant, level, below, place, count)
      place += count
    }
    below = level
  }
}

async function keptCount(env: Database, tenant: string, level: number): Promise<number> {
  const last = await env.DB.prepare(
    'SELECT MAX(place) AS place FROM audit_node WHERE tenant = ?1 AND level = ?2',
  )
    .bind(tenant, level)
    .first('place')
  return (z.int().nullable().parse(last) ?? -1) + 1
}

async function keep(
  env: Database,
  tenant: string,
  level: number,
  below: number,
  first: number,
  count: number,
): Promise<void> {
  const range = { level: below, first: first * FAN, count: count * FAN }
  const rows = (await fetchRows(env, tenant, range)).map(([, hash]) => hash)
  if (rows.length !== range.count) throw new RangeError('the log has a gap')
  const nodes = Array.from({ length: count }, (_, at) => [
    first + at,
    toHex(foldRow(rows.slice(at * FAN, (at + 1) * FAN))),
  ])
  await env.DB.prepare(
    `INSERT INTO audit_node (tenant, level, place, hash)
     SELECT ?1, ?2, value ->> 0, value ->> 1 FROM json_each(?3) WHERE true ON CONFLICT DO NOTHING`,
  )
    .bind(tenant, level, JSON.stringify(nodes))
    .run()
}

/** Rows of one level, as place and hash. */
async function fetchRows(
  env: Database,
  tenant: string,
  { level, first, count }: RowRange,
): Promise<(readonly [number, Digest])[]> {
  const statement =
    level === 0
      ? 'SELECT seq - 1 AS place, hash FROM journal_entry WHERE tenant = ?1 AND seq BETWEEN ?2 + 1 AND ?3 + 1 ORDER BY seq'
      : `SELECT place, hash FROM audit_node WHERE tenant = ?1 AND place BETWEEN ?2 AND ?3 AND level = ${level} ORDER BY place`
  const { results } = await env.DB.prepare(statement)
    .bind(tenant, first, first + count - 1)
    .all()
  return results.map((row) => {
    const { place, hash } = HashRow.parse(row)
    return [place, level === 0 ? leafOf(hash) : new Uint8Array(Buffer.from(hash, 'hex'))] as const
  })
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
