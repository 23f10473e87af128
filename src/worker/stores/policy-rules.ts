import { parseBundle } from '../../policy/bundle.ts'
import { openRules, type Rules } from '../../policy/evaluate.ts'
import type { Bundle } from '../../policy/schema.ts'
import type { Env } from '../env.ts'
import { loadBundle } from './policy.ts'

/** A stored release, parsed. */
export type Release = {
  readonly hash: string
  readonly bundle: Bundle
  readonly rulesAt: (atMs: number) => Rules
}

const releases = new Map<string, Release>()
const RELEASES_MAX = 4

/**
 * A release for whoever looks at policies; serving has its own, with all that it needs besides.
 *
 * @throws if there is none with this hash, or it has been altered.
 */
export async function releaseOf(env: Env, hash: string): Promise<Release> {
  const known = releases.get(hash)
  if (known !== undefined) return known
  const bundle = parseBundle(JSON.parse(await loadBundle(env, hash)))
  if (!bundle.ok) throw new TypeError('the stored bundle does not parse')
  const release = { hash, bundle: bundle.value, rulesAt: openRules(bundle.value) }
  if (releases.size >= RELEASES_MAX) releases.clear()
  releases.set(hash, release)
  return release
}
