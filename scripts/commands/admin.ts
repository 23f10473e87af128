import { parseArgs, type ParseArgsConfig } from 'node:util'
import * as z from 'zod'
import type { Command } from '../demarc.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'

const USAGE = `demarc admin token create --name NAME --roles A,B [--apps A,B] [--days 90]
                                           make a token for an automation; it is printed once
demarc admin token list [--json]           all tokens, without their secrets
demarc admin token revoke ID               end a token for good
demarc admin role set WHO --roles A,B [--apps A,B]
                                           WHO: an e-mail address, group:NAME, or access:CLIENT-ID of a service token
demarc admin role list [--json]            who may do what
demarc admin role remove WHO               take all roles away
demarc admin calls [--actor WHO] [--from DAY] [--json]
                                           who called what, the newest first
demarc admin decisions [--app A] [--code C] [--level L] [--destination D] [--rule R] [--state refused|failed|ok]
                       [--from DAY] [--to DAY] [--tenant NAME] [--json]
                                           what became of requests; developers see their own apps

roles: officer, approver, auditor, finance, operator, developer (docs/administration.md says what each may do).
--apps names the apps whose decisions a developer sees.

everywhere:
  --reason TEXT  --ticket NAME   kept with the act in the audit log
  --url URL                      a deployed Demarc, its token in DEMARC_ADMIN_TOKEN; default: the local one`

const OPTIONS = {
  url: { type: 'string' },
  json: { type: 'boolean' },
  name: { type: 'string' },
  roles: { type: 'string' },
  apps: { type: 'string' },
  days: { type: 'string' },
  reason: { type: 'string' },
  ticket: { type: 'string' },
  actor: { type: 'string' },
  app: { type: 'string' },
  code: { type: 'string' },
  level: { type: 'string' },
  destination: { type: 'string' },
  rule: { type: 'string' },
  state: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  tenant: { type: 'string' },
} as const satisfies ParseArgsConfig['options']

type Values = ReturnType<typeof parse>['values']

/** Makes, lists and ends tokens and roles of those who administer. */
export const adminCommand: Command = {
  usage: USAGE,
  run: async (args) => {
    const { values, positionals } = parse(args)
    const [what, action, target, ...rest] = positionals
    if (rest.length > 0) return wrong('one at a time', USAGE)
    if (what === 'calls' && action === undefined) return await listCalls(values)
    if (what === 'decisions' && action === undefined) return await listDecisions(values)
    switch (`${what} ${action}`) {
      case 'token create':
        return await createToken(values)
      case 'token list':
        return await listTokens(values)
      case 'token revoke':
        return await end('tokens', named(target, 'the id of a token'), values)
      case 'role set':
        return await setRoles(named(target, 'whose roles'), values)
      case 'role list':
        return await listRoles(values)
      case 'role remove':
        return await end('people', named(target, 'whose roles'), values)
    }
    return wrong('token create, list or revoke; role set, list or remove; calls; decisions', USAGE)
  },
}

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })

const serverOf = (values: Values) => (values.url === undefined ? {} : { url: values.url })

/** Headers cannot hold every letter, so the text is percent-encoded. */
const because = ({ reason, ticket }: Values): Readonly<Record<string, string>> => ({
  ...(reason === undefined ? {} : { 'demarc-reason': encodeURIComponent(reason) }),
  ...(ticket === undefined ? {} : { 'demarc-ticket': encodeURIComponent(ticket) }),
})

const Created = z.object({ id: z.string(), token: z.string() })

async function createToken(values: Values): Promise<number> {
  const body = {
    name: named(values.name, '--name'),
    ...grantOf(values),
    ...(values.days === undefined ? {} : { days: Number(values.days) }),
  }
  return await withAdmin(serverOf(values), async (request) => {
    const response = await request('POST', '/admin/api/tokens', body, because(values))
    if (!response.ok) return await explain(response)
    const { id, token } = Created.parse(await response.json())
    console.log(token)
    console.error(`id ${id}. The line above is the token: it is shown once, only its hash is kept.`)
    return 0
  })
}

const Listed = z.object({
  tokens: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      roles: z.array(z.string()),
      createdBy: z.string(),
      expiresAtMs: z.number(),
      revokedAtMs: z.number().nullable(),
    }),
  ),
})

async function listTokens(values: Values): Promise<number> {
  return await listing('/admin/api/tokens', values, (json) =>
    Listed.parse(json).tokens.map(({ id, name, roles, createdBy, expiresAtMs, revokedAtMs }) => {
      const state =
        revokedAtMs === null ? `until ${dayOf(expiresAtMs)}` : `revoked ${dayOf(revokedAtMs)}`
      return `${id}  ${name}  ${roles.join(', ')}  made by ${createdBy}  ${state}`
    }),
  )
}

const People = z.object({
  people: z.array(
    z.object({
      principal: z.string(),
      roles: z.array(z.string()),
      apps: z.array(z.string()),
      grantedBy: z.string(),
      grantedAtMs: z.number(),
    }),
  ),
})

async function listRoles(values: Values): Promise<number> {
  return await listing('/admin/api/people', values, (json) =>
    People.parse(json).people.map(({ principal, roles, apps, grantedBy, grantedAtMs }) => {
      const ofApps = apps.length === 0 ? '' : ` (apps: ${apps.join(', ')})`
      return `${principal}  ${roles.join(', ')}${ofApps}  by ${grantedBy}, ${dayOf(grantedAtMs)}`
    }),
  )
}

const Calls = z.object({
  calls: z.array(
    z.object({
      atMs: z.number(),
      phase: z.string(),
      actor: z.string(),
      method: z.string(),
      route: z.string(),
      target: z.string().nullable(),
      status: z.number().nullable(),
      reason: z.string().nullable(),
    }),
  ),
})

async function listCalls(values: Values): Promise<number> {
  return await listing(`/admin/api/audit/calls?${queryOf(values, CALL_FILTERS)}`, values, (json) =>
    Calls.parse(json).calls.map(({ atMs, phase, actor, method, route, target, status, reason }) =>
      [
        new Date(atMs).toISOString(),
        String(status ?? phase).padEnd(5),
        actor,
        `${method} ${route}`,
        ...(target === null ? [] : [target]),
        ...(reason === null ? [] : [`(${reason})`]),
      ].join('  '),
    ),
  )
}

const Decisions = z.object({
  decisions: z.array(
    z.object({
      id: z.string(),
      at: z.string(),
      app: z.string(),
      code: z.string().nullable(),
      rule: z.string().nullable(),
      level: z.string().nullable(),
      destination: z.string().nullable(),
      outcome: z.string().nullable(),
    }),
  ),
})

async function listDecisions(values: Values): Promise<number> {
  const path = `/admin/api/decisions?${queryOf(values, DECISION_FILTERS)}`
  return await listing(path, values, (json) =>
    Decisions.parse(json).decisions.map(
      ({ id, at, app, code, rule, level, destination, outcome }) => {
        const came =
          code === null
            ? `${destination ?? ''} ${outcome ?? 'under way'}`
            : `${code}${rule === null ? '' : ` ${rule}`}`
        return `${at}  ${id}  ${app}  ${level ?? ''}  ${came}`
      },
    ),
  )
}

const CALL_FILTERS = ['actor', 'from', 'to'] as const
const DECISION_FILTERS = [
  'tenant',
  'app',
  'code',
  'level',
  'destination',
  'rule',
  'state',
  'from',
  'to',
] as const

function queryOf(values: Values, names: readonly (keyof Values)[]): string {
  const query = new URLSearchParams()
  for (const name of names) {
    const value = values[name]
    if (typeof value === 'string') query.set(name, value)
  }
  return query.toString()
}

async function listing(
  path: string,
  values: Values,
  linesOf: (json: unknown) => string[],
): Promise<number> {
  return await withAdmin(serverOf(values), async (request) => {
    const response = await request('GET', path)
    if (!response.ok) return await explain(response)
    const json: unknown = await response.json()
    if (values.json === true) console.log(JSON.stringify(json))
    else for (const line of linesOf(json)) console.log(line)
    return 0
  })
}

async function setRoles(principal: string, values: Values): Promise<number> {
  const path = `/admin/api/people/${encodeURIComponent(principal)}`
  return await withAdmin(serverOf(values), async (request) => {
    const response = await request('PUT', path, grantOf(values), because(values))
    if (!response.ok) return await explain(response)
    console.log(`${principal} is ${values.roles ?? ''} now`)
    return 0
  })
}

async function end(kind: 'tokens' | 'people', id: string, values: Values): Promise<number> {
  const path = `/admin/api/${kind}/${encodeURIComponent(id)}`
  return await withAdmin(serverOf(values), async (request) => {
    const response = await request('DELETE', path, undefined, because(values))
    if (!response.ok) return await explain(response)
    console.log(kind === 'tokens' ? `${id} is revoked` : `${id} has no roles any more`)
    return 0
  })
}

const grantOf = (values: Values) => ({
  roles: namesOf(named(values.roles, '--roles')),
  ...(values.apps === undefined ? {} : { apps: namesOf(values.apps) }),
})

const namesOf = (text: string): string[] => text.split(',').map((name) => name.trim())

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

function named(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw new Error(`${what} is missing`)
  return value
}
