import { parseArgs, type ParseArgsConfig } from 'node:util'
import * as z from 'zod'
import type { Command } from '../demarc.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, parseDurationMs, wrong } from '../lib/admin-report.ts'

const USAGE = `demarc key create --team NAME --app NAME [options]   make a key; it is printed once
demarc key list [--tenant NAME] [--json]             all keys, without their secrets
demarc key rotate ID --overlap 7d                    a new secret under the same id; the old one works for 7 days more
demarc key revoke ID                                 end a key for good
demarc key import --sha256 HEX --team NAME --app NAME [options]
                                                     accept another gateway's key, known by the SHA-256 of its text

options of create and import:
  --tenant NAME           default: default
  --cost-centre NAME      default: the team
  --purpose NAME          default: general
  --models A,B            names this key may use, "auto" among them; default: all
  --label LEVEL           at least this level on every request: public, internal, confidential, restricted
  --categories A,B        further declared categories (needs --label)
  --jurisdictions DE,FR   (needs --label)
  --output-tokens N       reserved when a request sets no limit; default: the model's maximum
  --strict                refuse what a destination cannot express
  --rpm N --tpm N --concurrency N
  --expires 90d           default: never

everywhere:
  --url URL               a deployed Demarc; default: the local one`

const OPTIONS = {
  url: { type: 'string' },
  tenant: { type: 'string' },
  json: { type: 'boolean' },
  team: { type: 'string' },
  app: { type: 'string' },
  'cost-centre': { type: 'string' },
  purpose: { type: 'string' },
  models: { type: 'string' },
  label: { type: 'string' },
  categories: { type: 'string' },
  jurisdictions: { type: 'string' },
  'output-tokens': { type: 'string' },
  strict: { type: 'boolean' },
  rpm: { type: 'string' },
  tpm: { type: 'string' },
  concurrency: { type: 'string' },
  expires: { type: 'string' },
  sha256: { type: 'string' },
  overlap: { type: 'string' },
} as const satisfies ParseArgsConfig['options']

type Values = ReturnType<typeof parse>['values']

/** Makes, lists, rotates, revokes and imports keys. */
export const keyCommand: Command = {
  usage: USAGE,
  run: async (args) => {
    const { values, positionals } = parse(args)
    const [action, id, ...rest] = positionals
    if (rest.length > 0) return wrong('one key at a time', USAGE)
    if (action === 'create' && id === undefined) return await createKey(values)
    if (action === 'import' && id === undefined) return await importKey(values)
    if (action === 'list' && id === undefined) return await listKeys(values)
    if (action === 'rotate' && id !== undefined) return await rotate(id, values)
    if (action === 'revoke' && id !== undefined) return await revoke(id, values)
    return wrong('say create, list, rotate ID, revoke ID or import', USAGE)
  },
}

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })

const admin = (values: Values) => (values.url === undefined ? {} : { url: values.url })

const Created = z.object({ id: z.string(), key: z.string() })

async function createKey(values: Values): Promise<number> {
  const body = keyRequest(values)
  return await withAdmin(admin(values), async (request) => {
    const response = await request('POST', '/admin/api/keys', body)
    if (!response.ok) return await explain(response)
    const { id, key } = Created.parse(await response.json())
    console.log(key)
    console.error(`id ${id}. The line above is the key: it is shown once, only its hash is kept.`)
    return 0
  })
}

async function importKey(values: Values): Promise<number> {
  const body = { ...keyRequest(values), sha256: required(values.sha256, '--sha256') }
  return await withAdmin(admin(values), async (request) => {
    const response = await request('POST', '/admin/api/keys/import', body)
    if (!response.ok) return await explain(response)
    const { id } = Created.pick({ id: true }).parse(await response.json())
    console.log(id)
    console.error('Apps that hold this key change only the base URL.')
    return 0
  })
}

const Listed = z.object({
  keys: z.array(
    z.object({
      caller: z.object({
        keyId: z.string(),
        team: z.string(),
        app: z.string(),
        expiresAtMs: z.number().nullable(),
      }),
      createdAtMs: z.number(),
      revokedAtMs: z.number().nullable(),
      previousUntilMs: z.number().nullable(),
      imported: z.boolean(),
    }),
  ),
})

async function listKeys(values: Values): Promise<number> {
  const tenant = encodeURIComponent(values.tenant ?? 'default')
  return await withAdmin(admin(values), async (request) => {
    const response = await request('GET', `/admin/api/keys?tenant=${tenant}`)
    if (!response.ok) return await explain(response)
    const json: unknown = await response.json()
    if (values.json === true) {
      console.log(JSON.stringify(json))
      return 0
    }
    const { keys } = Listed.parse(json)
    for (const { caller, createdAtMs, revokedAtMs, imported } of keys) {
      const state =
        revokedAtMs !== null
          ? `revoked ${dayOf(revokedAtMs)}`
          : caller.expiresAtMs === null
            ? 'active'
            : `active until ${dayOf(caller.expiresAtMs)}`
      const origin = imported ? ', imported' : ''
      console.log(
        `${caller.keyId}  ${caller.team}/${caller.app}  made ${dayOf(createdAtMs)}${origin}  ${state}`,
      )
    }
    if (keys.length === 0) console.error('no keys: make one with "demarc key create"')
    return 0
  })
}

const Rotated = z.object({ key: z.string(), previousUntilMs: z.number(), inForce: z.boolean() })

async function rotate(id: string, values: Values): Promise<number> {
  const overlapMs = duration(required(values.overlap, '--overlap'), '--overlap')
  const path = `/admin/api/keys/${encodeURIComponent(id)}/rotate`
  return await withAdmin(admin(values), async (request) => {
    const response = await request('POST', path, { overlapSeconds: Math.floor(overlapMs / 1000) })
    if (!response.ok) return await explain(response)
    const { key, previousUntilMs } = Rotated.parse(await response.json())
    console.log(key)
    const until = new Date(previousUntilMs).toISOString()
    console.error(`The line above is the new key, shown once. The old one works until ${until}.`)
    return 0
  })
}

async function revoke(id: string, values: Values): Promise<number> {
  const path = `/admin/api/keys/${encodeURIComponent(id)}`
  return await withAdmin(admin(values), async (request) => {
    const response = await request('DELETE', path)
    if (!response.ok) return await explain(response)
    const { inForce } = z.object({ inForce: z.boolean() }).parse(await response.json())
    console.log(inForce ? `${id} is revoked` : `${id} is revoked, everywhere within 42 seconds`)
    return 0
  })
}

function keyRequest(values: Values): Record<string, unknown> {
  if (values.label === undefined && (values.categories ?? values.jurisdictions) !== undefined) {
    throw new Error('--categories and --jurisdictions need --label')
  }
  const label = values.label && {
    level: values.label,
    categories: namesOf(values.categories) ?? [],
    jurisdictions: namesOf(values.jurisdictions) ?? [],
  }
  return {
    tenant: values.tenant,
    team: required(values.team, '--team'),
    app: required(values.app, '--app'),
    costCentre: values['cost-centre'],
    purpose: values.purpose,
    allowedModels: namesOf(values.models),
    defaultLabel: label,
    defaultOutputTokens: count(values['output-tokens'], '--output-tokens'),
    strict: values.strict,
    limits: {
      requestsPerMinute: count(values.rpm, '--rpm'),
      tokensPerMinute: count(values.tpm, '--tpm'),
      concurrency: count(values.concurrency, '--concurrency'),
    },
    expiresAtMs:
      values.expires === undefined ? undefined : Date.now() + duration(values.expires, '--expires'),
  }
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

const namesOf = (text: string | undefined): string[] | undefined =>
  text?.split(',').map((name) => name.trim())

function required(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new Error(`${name} is missing`)
  return value
}

function count(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined
  if (!/^[1-9]\d{0,14}$/.test(value)) throw new Error(`${name}: a whole number above 0`)
  return Number(value)
}

function duration(value: string, name: string): number {
  const ms = parseDurationMs(value)
  if (ms === undefined) throw new Error(`${name}: a whole number with s, m, h or d, such as 7d`)
  return ms
}
