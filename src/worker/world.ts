import { destinations } from '../destinations/index.ts'
import type { Destination } from '../destinations/destination.ts'
import type { Caller } from '../domain/caller.ts'
import type { Budget, CatalogDestination, Model, Price } from '../domain/catalog.ts'
import type { Zone } from '../domain/destination.ts'
import { parseBundle } from '../policy/bundle.ts'
import { DAY_MS, factsAt } from '../policy/facts.ts'
import { compileBundle, type Compiled } from '../router/compile.ts'
import type { World } from '../router/world.ts'
import { connectionOf, type Connection } from './connections.ts'
import type { Env } from './env.ts'
import { isCooling } from './health.ts'
import { alarm } from './observability/log.ts'
import { restrictionsOf } from './restrictions.ts'
import { activeHash, loadSignedBundle } from './stores/policy.ts'

/** A destination of the policy in force, with how this Worker reaches it. */
export type Reach = {
  readonly entry: CatalogDestination
  readonly destination: Destination
  /** Undefined if it is not configured. */
  readonly connection: Connection | undefined
  /** Facts expire by the day, so the zone is worked out once a day. */
  readonly zoneAt: (atMs: number) => Zone
}

/** A compiled policy and what of it this Worker can reach. */
export type InForce = {
  readonly compiled: Compiled
  readonly budgets: readonly Budget[]
  readonly reach: ReadonlyMap<string, Reach>
  /** The price that was pinned when an attempt was reserved. */
  readonly priceOf: (priceVersion: string) => Price | undefined
  readonly modelOf: (id: string) => Model | undefined
}

const POLICIES_MAX = 4

/** Compiled policies of this isolate, by hash: immutable, so never stale. */
const policies = new Map<string, InForce>()

/** How long an answer of the journal or of D1 about what is in force is believed, where no reservation asks again. */
const BELIEVED_MS = 10_000

/**
 * What each tenant's journal or D1 last said is in force. For what is sent it is only a hint, because the journal refuses
 * an old hash; refusals and explanations rest on it, so it is read again when it is old.
 */
const hashes = new Map<string, { readonly hash: string; readonly untilMs: number }>()

/** The journal says what is in force, by naming it or by accepting a reservation under it. */
export function noteInForce(tenant: string, hash: string | null): void {
  if (hash === null) hashes.delete(tenant)
  else hashes.set(tenant, { hash, untilMs: Date.now() + BELIEVED_MS })
}

/** The policy in force for a tenant; undefined if there is none or it cannot be read. */
export async function inForceFor(env: Env, tenant: string): Promise<InForce | undefined> {
  try {
    const believed = hashes.get(tenant)
    const isFresh = believed !== undefined && Date.now() < believed.untilMs
    const hash = isFresh ? believed.hash : await activeHash(env, tenant)
    if (!isFresh) noteInForce(tenant, hash ?? null)
    if (hash === undefined) return undefined
    const known = policies.get(hash)
    if (known !== undefined) return known
    const loaded = load(env, hash, await loadSignedBundle(env, hash))
    if (policies.size >= POLICIES_MAX) policies.clear()
    policies.set(hash, loaded)
    return loaded
  } catch {
    hashes.delete(tenant)
    alarm('the policy in force cannot be loaded', { tenant })
    return undefined
  }
}

function load(env: Env, hash: string, text: string): InForce {
  const bundle = parseBundle(JSON.parse(text))
  if (!bundle.ok) throw new TypeError('the stored bundle does not parse')
  const reach = new Map<string, Reach>()
  for (const entry of bundle.value.destinations) {
    const destination = adapterOf(entry.adapter)
    if (destination === undefined) continue
    // Today's facts decide only whether a credential is needed; policy judges them anew for each request.
    const { zone } = factsAt(entry, Date.now())
    const connection = connectionOf(env, entry.id, destination, zone)
    reach.set(entry.id, { entry, destination, connection, zoneAt: daily(entry) })
  }
  const versions = new Map(bundle.value.prices.map((price) => [price.version, price]))
  const models = new Map(bundle.value.models.map((model) => [model.id, model]))
  return {
    compiled: compileBundle(bundle.value, hash),
    budgets: bundle.value.budgets,
    reach,
    priceOf: (version) => versions.get(version),
    modelOf: (id) => models.get(id),
  }
}

function daily(entry: CatalogDestination): (atMs: number) => Zone {
  let day = -1
  let zone: Zone = 'third-party'
  return (atMs) => {
    const today = Math.floor(atMs / DAY_MS)
    if (today !== day) {
      day = today
      zone = factsAt(entry, atMs).zone
    }
    return zone
  }
}

function adapterOf(name: string): Destination | undefined {
  const known: Readonly<Record<string, Destination>> = destinations
  return Object.hasOwn(known, name) ? known[name] : undefined
}

/** What deciding needs to know besides the request. */
export function worldOf(
  { compiled, reach, budgets }: InForce,
  caller: Caller,
  nowMs: number,
  ownZoneOnly: boolean,
): World {
  return {
    restrictions: restrictionsOf(caller, budgets, nowMs),
    policy: compiled,
    adapters: destinations,
    availability: (id) => {
      if (reach.get(id)?.connection === undefined) return 'unconfigured'
      return isCooling(id, nowMs) ? 'cooling' : 'ready'
    },
    ownZoneOnly,
    nowMs,
  }
}
