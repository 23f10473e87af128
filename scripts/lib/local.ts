import { join } from 'node:path'
import { Log, LogLevel, Miniflare, type MiniflareOptions } from 'miniflare'
import { bundleWorker, readCompatibility, type Compatibility } from './bundle.ts'
import { migrate } from './migrate.ts'
import { keptSecrets, newSecrets, type Secrets } from './secrets.ts'

export type LocalOptions = {
  /** Base URL of a destination, by its id; the adapter's own where there is none. */
  readonly destinationUrls?: Readonly<Partial<Record<string, string>>>
  /** Credential of a destination, by its id. Third parties without one are not used. */
  readonly destinationKeys?: Readonly<Partial<Record<string, string>>>
  /** What answers for Workers AI; without it there is no AI binding. */
  readonly aiUrl?: string
  /** Folder for data and secrets; without it they vanish with the process. */
  readonly persist?: string
  /** Any free port by default. */
  readonly port?: number
  /** Further variables of the Worker; they win over what follows from the rest. */
  readonly vars?: Readonly<Record<string, string>>
  /** Called with each line that the Worker logs; by default errors go to stderr. */
  readonly onLog?: (line: string) => void
  /** Listens without Miniflare's entry proxy, as a deployed Worker does: for measuring. The port is then any free one. */
  readonly direct?: boolean
  /** The Worker's code, if somebody has bundled it already. */
  readonly script?: string
}

/** A Demarc that runs in this process, with real storage of every kind. */
export type Local = {
  readonly url: string
  readonly secrets: Secrets
  readonly miniflare: Miniflare
  /** A request to the admin API, with the token for it. */
  readonly admin: AdminRequest
  readonly close: () => Promise<void>
}

export type AdminRequest = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Response>

/** Starts the Worker with its bindings and brings its database up to date. */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const [script, compatibility] = await Promise.all([
    options.script ?? bundleWorker(),
    readCompatibility(),
  ])
  const secrets = options.persist === undefined ? newSecrets() : keptSecrets(options.persist)
  const vars = { ...varsOf(options, secrets), ...options.vars }
  const miniflare = new Miniflare(optionsOf(options, script, compatibility, vars))
  try {
    const entry = await miniflare.ready
    const url = (options.direct === true ? await miniflare.unsafeGetDirectURL() : entry).origin
    await migrate(await miniflare.getD1Database('DB'))
    return {
      url,
      secrets,
      miniflare,
      admin: adminRequest(url, vars['ADMIN_TOKEN'] ?? secrets.adminToken),
      close: () => miniflare.dispose(),
    }
  } catch (error) {
    await miniflare.dispose()
    throw error
  }
}

/** How the Worker names what belongs to a destination: `llama-cpp` is `LLAMA_CPP`. */
export const prefixOf = (id: string): string => id.toUpperCase().replaceAll(/[-.]/g, '_')

function varsOf(options: LocalOptions, secrets: Secrets): Record<string, string> {
  const vars: Record<string, string> = {
    ADMIN_TOKEN: secrets.adminToken,
    HASH_KEY: secrets.hashKey,
    AUDIT_KEY: secrets.auditKey ?? '',
    AUDIT_ORIGIN: 'localhost',
    POLICY_SIGNING_KEY: secrets.policyKey ?? '',
    RECORD_KEY: secrets.recordKey ?? '',
    JURISDICTION: '',
  }
  for (const [id, url] of Object.entries(options.destinationUrls ?? {})) {
    if (url !== undefined) vars[`${prefixOf(id)}_URL`] = url
  }
  for (const [id, key] of Object.entries(options.destinationKeys ?? {})) {
    if (key !== undefined) vars[`${prefixOf(id)}_API_KEY`] = key
  }
  return vars
}

type LogLine = { readonly message: string; readonly level: string }

/** The bindings of wrangler.toml. */
function optionsOf(
  options: LocalOptions,
  script: string,
  compatibility: Compatibility,
  vars: Record<string, string>,
): MiniflareOptions {
  const { persist, aiUrl, onLog } = options
  return {
    ...compatibility,
    name: 'demarc',
    modules: [{ type: 'ESModule', path: 'index.js', contents: script }],
    host: '127.0.0.1',
    cf: false, // it would ask a server for today's values
    port: options.port ?? 0,
    bindings: vars,
    ...(options.direct === true ? { unsafeDirectSockets: [{ host: '127.0.0.1' }] } : {}),
    d1Databases: { DB: 'demarc' },
    kvNamespaces: { CACHE: 'cache' },
    durableObjects: {
      JOURNAL: { className: 'Journal', useSQLite: true },
      AUTHORITY: { className: 'PolicyAuthority', useSQLite: true },
      BREAKER: { className: 'Breaker', useSQLite: true },
    },
    queueProducers: { OUTBOX: { queueName: 'demarc-outbox' } },
    queueConsumers: {
      'demarc-outbox': {
        maxBatchSize: 20,
        maxBatchTimeout: 1,
        maxRetries: 10,
        // Miniflare 4.20260730.0 replaces maxRetries by this misspelt one.
        maxRetires: 10,
        deadLetterQueue: 'demarc-outbox-dead',
      },
    },
    ...(aiUrl === undefined
      ? {}
      : { ai: { binding: 'AI', remoteProxyConnectionString: remoteProxy(aiUrl) } }),
    ...(persist === undefined ? {} : { defaultPersistRoot: join(persist, 'storage') }),
    log: new Log(LogLevel.ERROR),
    handleStructuredLogs: ({ message, level }: LogLine) => {
      if (onLog !== undefined) onLog(message)
      else if (level === 'error' || level === 'warn') console.error(message)
    },
  }
}

const isRemoteProxy = (url: URL): url is URL & { __brand: 'RemoteProxyConnectionString' } =>
  url.protocol === 'http:'

/** Miniflare brands this type so that only wrangler makes one; any server that speaks the protocol will do. */
function remoteProxy(aiUrl: string): URL & { __brand: 'RemoteProxyConnectionString' } {
  const url = new URL(aiUrl)
  if (!isRemoteProxy(url)) throw new TypeError('aiUrl: an http URL')
  return url
}

/** Requests to the admin API at `url`. They throw, with its name, if it does not answer. */
export const adminRequest =
  (url: string, token: string): AdminRequest =>
  async (method, path, body, headers = {}) => {
    try {
      return await fetch(url + path, {
        method,
        headers: {
          ...headers,
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'manual',
      })
    } catch (error) {
      throw new Error(`${url} does not answer`, { cause: error })
    }
  }
