import type { PolicyAuthority } from './objects/authority.ts'
import type { Breaker } from './objects/breaker.ts'
import type { Journal } from './objects/journal.ts'

/**
 * Bindings, variables and secrets of the Worker.
 *
 * Destinations are configured by name, in capitals with `_` for `-` and `.`: `VLLM_URL`, `TOGETHER_API_KEY`,
 * `VLLM_ACCESS_CLIENT_ID`, `VLLM_ACCESS_CLIENT_SECRET`, `VLLM_SERVICE` (the name of a service binding to reach it by).
 */
export type Env = {
  readonly DB: D1Database
  readonly CACHE: KVNamespace
  readonly JOURNAL: DurableObjectNamespace<Journal>
  readonly AUTHORITY: DurableObjectNamespace<PolicyAuthority>
  readonly BREAKER: DurableObjectNamespace<Breaker>
  /** Carries texts of `journal/outbox`. */
  readonly OUTBOX: Queue<string>
  readonly AI?: Ai
  /** Opens `/admin`; at least 16 characters. */
  readonly ADMIN_TOKEN?: string
  /** Keys the hash of request bodies in records; at least 16 characters. */
  readonly HASH_KEY?: string
  /** Signs checkpoints of the audit log: PKCS #8 of an Ed25519 key, in base64. */
  readonly AUDIT_KEY?: string
  /** Wraps the keys of personal detail in records (values of tags); at least 16 characters. */
  readonly RECORD_KEY?: string
  /** What the audit logs of this deployment are called, such as its host name. */
  readonly AUDIT_ORIGIN?: string
  /** Signs policy releases: PKCS #8 of an Ed25519 key, in base64. Where it or the next one is set, unsigned ones are not used. */
  readonly POLICY_SIGNING_KEY?: string
  /** Further Ed25519 public keys that may have signed a release: 32 bytes each in base64, separated by spaces. */
  readonly POLICY_PUBLIC_KEYS?: string
  /** Who decides what is in force: `git` (a repository's pipeline puts policies here) or `console` (drafts); never both. Empty: git. */
  readonly POLICY_MODE?: string
  /** Where notices (budgets) are posted, and the secret that signs them. */
  readonly WEBHOOK_URL?: string
  readonly WEBHOOK_SECRET?: string
  /** A witness of the audit log outside of this account (c2sp.org/tlog-witness). */
  readonly WITNESS_URL?: string
  /** `eu`, `fedramp` or empty: where journals are kept. */
  readonly JURISDICTION?: string
}

/** A variable or secret whose name is made at run time; undefined if it is not set or empty. */
export function variable(env: Env, name: string): string | undefined {
  const value: unknown = Reflect.get(env, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A service binding whose name is made at run time. */
export function service(env: Env, name: string): Fetcher | undefined {
  const value: unknown = Reflect.get(env, name)
  return isFetcher(value) ? value : undefined
}

const isFetcher = (value: unknown): value is Fetcher =>
  typeof value === 'object' && value !== null && 'fetch' in value

/** Ids of the tenants' journals: making one costs a hash, and it never changes. */
const journalIds = new Map<string, DurableObjectId>()
const JOURNAL_IDS_MAX = 1000

/**
 * The journal of a tenant, in the configured jurisdiction.
 *
 * @throws TypeError if JURISDICTION is set to anything but `eu` or `fedramp`: journals must not end up just anywhere.
 */
export function journalOf(env: Env, tenant: string): DurableObjectStub<Journal> {
  const namespace = placed(env, env.JOURNAL)
  let id = journalIds.get(tenant)
  if (id === undefined) {
    id = namespace.idFromName(tenant)
    if (journalIds.size >= JOURNAL_IDS_MAX) journalIds.clear()
    journalIds.set(tenant, id)
  }
  return namespace.get(id)
}

/** The policy authority of a tenant, kept where its journals are. */
export function authorityOf(env: Env, tenant: string): DurableObjectStub<PolicyAuthority> {
  const namespace = placed(env, env.AUTHORITY)
  return namespace.get(namespace.idFromName(tenant))
}

/** The circuit breaker of a destination: one for all tenants, because all of them reach the same server by it. */
export function breakerOf(env: Env, destination: string): DurableObjectStub<Breaker> {
  const namespace = placed(env, env.BREAKER)
  return namespace.get(namespace.idFromName(destination))
}

function placed<T extends Rpc.DurableObjectBranded>(
  { JURISDICTION: place = '' }: Env,
  namespace: DurableObjectNamespace<T>,
): DurableObjectNamespace<T> {
  if (place === '') return namespace
  if (place === 'eu' || place === 'fedramp') return namespace.jurisdiction(place)
  throw new TypeError('JURISDICTION must be "eu", "fedramp" or empty')
}
