import OpenAI, { APIError } from 'openai'
import { bundleWorker } from '../../scripts/lib/bundle.ts'
import { startLocal, type Local } from '../../scripts/lib/local.ts'
import { createKey, putPolicy, readPolicies } from '../../scripts/lib/seed.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { countOutgoing, outgoingProblems } from '../contract/outgoing.ts'
import { startFleet, type Fleet, type FleetId } from '../upstreams/fleet.ts'
import type { MakerId } from '../upstreams/makers.ts'
import type { Recorded } from '../upstreams/server.ts'
import { fields, list, parseFields, text, type Fields } from '../upstreams/read.ts'

let script: Promise<string> | undefined

export type StageOptions = {
  readonly vars?: Readonly<Record<string, string>>
  /** Folder for data; without it they vanish with the process. */
  readonly persist?: string
  /** Changes the default policy before it is put in force. */
  readonly policy?: (bundle: Bundle) => Bundle
  /** Take over the simulated providers of a Worker that has been stopped. */
  readonly fleet?: Fleet
  readonly key?: Fields
  /** Makers and clouds to simulate besides: put them into the policy, too. */
  readonly makers?: readonly MakerId[]
}

/** What a request to the Worker came to. */
export type Reply = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Fields
  /** OpenAI's error object; empty if there is none. */
  readonly error: Fields
}

/** The whole Worker, in front of simulated providers, with the default policy and one key. */
export type Stage = {
  readonly fleet: Fleet
  readonly local: Local
  readonly bundle: Bundle
  readonly policyHash: string
  readonly key: string
  /** Everything that the Worker logged. */
  readonly logs: readonly string[]
  readonly close: () => Promise<void>
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  script ??= bundleWorker()
  const fleet = options.fleet ?? (await startFleet({ makers: options.makers ?? [] }))
  const { 'workers-ai': aiUrl, ...destinationUrls } = fleet.urls
  const logs: string[] = []
  const local = await startLocal({
    destinationUrls,
    destinationKeys: fleet.keys,
    ...(aiUrl === undefined ? {} : { aiUrl }),
    ...(options.persist === undefined ? {} : { persist: options.persist }),
    vars: options.vars ?? {},
    script: await script,
    onLog: (line) => logs.push(line),
  })
  const policies = await readPolicies()
  const bundle = options.policy === undefined ? policies : options.policy(policies)
  const policyHash = await putPolicy(local.admin, bundle)
  const key = await createKey(local.admin, { team: 'search', app: 'tests', ...options.key })
  const close = async (): Promise<void> => {
    await local.close()
    if (options.fleet === undefined) await fleet.close()
  }
  return { fleet, local, bundle, policyHash, key, logs, close }
}

/** Closes a stage whose every request in OpenAI's format was valid by OpenAI's own description. @throws if one was not. */
export async function closeValid(stage: Stage): Promise<void> {
  await stage.close()
  const { everything } = stage.fleet
  if (countOutgoing(everything) === 0) throw new Error('nothing was sent in OpenAI’s format')
  const problems = outgoingProblems(everything)
  if (problems.length > 0) throw new Error(`sent what is not valid:\n${problems.join('\n')}`)
}

export const sdk = ({ local, key }: Stage, apiKey = key): OpenAI =>
  new OpenAI({ baseURL: `${local.url}/v1`, apiKey, maxRetries: 0 })

export const newKey = ({ local }: Stage, request: Fields = {}): Promise<string> =>
  createKey(local.admin, { team: 'search', app: 'tests', ...request })

export const keyIdOf = (key: string): string => key.split('_')[1] ?? ''

export type Sending = {
  readonly key?: string
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** Posts a body as it is, or as JSON, and reads the whole answer. */
export async function post(stage: Stage, body: unknown, sending: Sending = {}): Promise<Reply> {
  const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  return await read(
    await fetch(stage.local.url + (sending.path ?? '/v1/chat/completions'), {
      method: sending.method ?? 'POST',
      headers: {
        authorization: `Bearer ${sending.key ?? stage.key}`,
        'content-type': 'application/json',
        ...sending.headers,
      },
      body: raw,
      ...(sending.signal === undefined ? {} : { signal: sending.signal }),
    }),
  )
}

export async function get(stage: Stage, path: string, key = stage.key): Promise<Reply> {
  return await read(
    await fetch(stage.local.url + path, { headers: { authorization: `Bearer ${key}` } }),
  )
}

async function read(response: Response): Promise<Reply> {
  const whole = await response.text()
  const body = fields(parseFields(whole))
  const { status, headers } = response
  return { status, headers, text: whole, body, error: fields(body['error']) }
}

/** A request for one answer to one line of text. */
export const ask = (content: unknown, more: Fields = {}): Fields => ({
  model: 'auto',
  max_completion_tokens: 200,
  messages: [{ role: 'user', content }],
  ...more,
})

/** The `data:` of each frame of a stream, parsed; `[DONE]` stays a word. */
export const framesOf = (stream: string): unknown[] =>
  stream
    .split('\n\n')
    .map((frame) => /^data: (.*)$/m.exec(frame)?.[1])
    .filter((data) => data !== undefined)
    .map((data) => parseFields(data) ?? data)

/** The one request that arrived at a simulated provider. */
export function theRequest({ fleet }: Stage, id: FleetId): Recorded {
  const sent = fleet.requests.filter(({ destination }) => destination === id)
  const [only] = sent
  if (sent.length !== 1 || only === undefined) throw new Error(`${sent.length} requests to ${id}`)
  return only
}

export const decisionOf = ({ headers }: Reply): string => headers.get('demarc-decision') ?? ''

/** The error that a call of the SDK ends with. @throws if it does not end with one. */
export async function apiErrorOf(call: Promise<unknown>): Promise<APIError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof APIError) return error
  throw new Error('the call did not end with an API error', { cause: error })
}

export type Verified = {
  readonly holds: boolean
  readonly findings: readonly unknown[]
  readonly entries: number
  readonly headHash: string
}

/** Lets everything arrive in the ledger and compares it with the journal. */
export async function verify({ local }: Stage, tenant = 'default'): Promise<Verified> {
  const response = await local.admin('GET', `/admin/api/ledger/verify?tenant=${tenant}`)
  const body = fields(await response.json())
  return {
    holds: body['holds'] === true,
    findings: list(body['findings']),
    entries: Number(body['entries']),
    headHash: String(body['headHash']),
  }
}

/** What the ledger says of one decision: every entry's body, in order. */
export async function entriesOf(stage: Stage, decision: string): Promise<Fields[]> {
  await settled(stage, [decision])
  return await rows(
    stage,
    'SELECT body FROM journal_entry WHERE decision = ?1 ORDER BY seq',
    decision,
  ).then((found) => found.map(({ body }) => fields(parseFields(text(body) ?? ''))))
}

export async function rows(stage: Stage, sql: string, ...bound: unknown[]): Promise<Fields[]> {
  const database = await stage.local.miniflare.getD1Database('DB')
  const statement = database.prepare(sql)
  const { results } = await (bound.length > 0 ? statement.bind(...bound) : statement).all()
  return results.map(fields)
}

const UNSETTLED = `
  SELECT COUNT(*) AS n FROM journal_entry r WHERE r.kind = 'reserve' AND NOT EXISTS (
    SELECT 1 FROM journal_entry c WHERE c.attempt = r.attempt AND c.kind <> 'reserve')`

/** Waits until every reservation that the ledger knows is closed, and `decisions` are on record. */
export async function settled(stage: Stage, decisions: readonly string[] = []): Promise<void> {
  const untilMs = Date.now() + 10_000
  for (;;) {
    await verify(stage)
    const [open] = await rows(stage, UNSETTLED)
    const [known] = await rows(
      stage,
      'SELECT COUNT(DISTINCT decision) AS n FROM journal_entry WHERE decision IN (SELECT value FROM json_each(?1))',
      JSON.stringify(decisions),
    )
    if (open?.['n'] === 0 && known?.['n'] === new Set(decisions).size) return
    if (Date.now() > untilMs) throw new Error('the ledger does not settle')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** The bounds of the attempts that a request would make, by `/v1/explain`. */
export async function boundsOf(
  stage: Stage,
  body: Fields,
  sending: Sending = {},
): Promise<bigint[]> {
  const { body: explained } = await post(stage, body, { ...sending, path: '/v1/explain' })
  return list(explained['attempts']).map((attempt) =>
    BigInt(text(fields(attempt)['bound_pico_usd']) ?? -1),
  )
}
