import { canonicalJson } from '../encoding/canonical-json.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Bundle } from './schema.ts'

/** Tables whose order means nothing, so that entries are merged one by one. */
const BY_ID = [
  'guardrails',
  'obligations',
  'waivers',
  'invariants',
  'destinations',
  'models',
  'aliases',
  'budgets',
] as const
/** Tables that are one thing: routes, because the first that matches decides. */
const WHOLE = ['attributes', 'labels', 'routes'] as const

/**
 * Carries a draft over to another base: what the draft changed is changed in what is in force now. Fails with the places that both have
 * changed in different ways: a person must look at those. Names may point nowhere in what comes out: it is a bundle once it has been parsed.
 */
export function mergeBundles(
  base: Bundle,
  inForce: Bundle,
  draft: Bundle,
): Result<unknown, readonly string[]> {
  const conflicts: string[] = []
  const merged: Record<string, unknown> = { version: draft.version }
  for (const table of WHOLE)
    merged[table] = pick(table, [base[table], inForce[table], draft[table]], conflicts)
  for (const table of BY_ID) {
    merged[table] = mergeEntries(
      table,
      byId(base[table]),
      byId(inForce[table]),
      byId(draft[table]),
      conflicts,
    )
  }
  merged['prices'] = mergeEntries(
    'prices',
    byVersion(base),
    byVersion(inForce),
    byVersion(draft),
    conflicts,
  )
  return conflicts.length === 0 ? ok(merged) : err(conflicts)
}

type Entries = ReadonlyMap<string, unknown>

const byId = (list: readonly { readonly id: string }[]): Entries =>
  new Map(list.map((one) => [one.id, one]))

const byVersion = ({ prices }: Bundle): Entries => new Map(prices.map((one) => [one.version, one]))

function mergeEntries(
  table: string,
  base: Entries,
  inForce: Entries,
  draft: Entries,
  conflicts: string[],
): readonly unknown[] {
  const keys = [...new Set([...inForce.keys(), ...draft.keys()])]
  return keys.flatMap((key) => {
    const sides = [base.get(key), inForce.get(key), draft.get(key)] as const
    const chosen = pick(`${table} ${key}`, sides, conflicts)
    return chosen === undefined ? [] : [chosen]
  })
}

/** Of three versions of a thing, the one that somebody changed. */
function pick<T>(name: string, [base, inForce, draft]: readonly [T, T, T], conflicts: string[]): T {
  if (isSame(base, draft) || isSame(inForce, draft)) return inForce
  if (!isSame(base, inForce)) conflicts.push(name)
  return draft
}

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b))
