import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import * as z from 'zod'
import { DEFAULT_TENANT } from '../../src/access/key-request.ts'
import { Retention } from '../../src/policy/retention.ts'
import type { Command } from '../demarc.ts'
import { withAdmin } from '../lib/admin-client.ts'
import { explain, wrong } from '../lib/admin-report.ts'
import type { AdminRequest } from '../lib/local.ts'

const USAGE = `demarc retention status                     how long records are kept, what is held, what the last night deleted
demarc retention set FILE                   puts a retention policy (policies/retention.yaml) in force
demarc retention hold --reason TEXT [--app NAME] [--from DAY] [--to DAY]
                                            nothing that this covers is deleted any more; prints the number of the hold
demarc retention release NUMBER --reason TEXT
                                            ends a hold
demarc retention erase --subject NAME       destroys the keys of all that was recorded with this subject

  --subject  as the caller writes it in a tag such as user_id; - reads it from stdin, so that no shell keeps it
  --json     the answer of the admin API
  --url      a deployed Demarc, its admin token in DEMARC_ADMIN_TOKEN; default: the local one
  --tenant   default: default

Exit: 0 done, 1 something stays that was to be erased (a hold, or too young), 2 cannot run.`

const OPTIONS = {
  json: { type: 'boolean', default: false },
  url: { type: 'string' },
  tenant: { type: 'string', default: DEFAULT_TENANT },
  reason: { type: 'string' },
  app: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  subject: { type: 'string' },
} as const

type Values = {
  readonly json: boolean
  readonly url?: string | undefined
  readonly tenant: string
  readonly reason?: string | undefined
  readonly app?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly subject?: string | undefined
}

/** `demarc retention`: how long records are kept, and what may not or must be deleted. */
export const retentionCommand: Command = {
  usage: USAGE,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    })
    const [action = '', argument] = positionals
    const say = sayer(values)
    switch (action) {
      case 'status':
        return await asked(values, 'GET', '', undefined, (answer) =>
          say(...statusLines(Status.parse(answer))),
        )
      case 'set':
        if (argument === undefined) return wrong('set what: a file', USAGE)
        return await asked(values, 'PUT', '', await readRetention(argument), () =>
          say('in force: here at once, everywhere within a minute'),
        )
      case 'hold':
        if (values.reason === undefined) return wrong('a hold needs --reason', USAGE)
        return await asked(values, 'POST', '/holds', holdOf(values), (answer) =>
          say(String(Numbered.parse(answer).id)),
        )
      case 'release': {
        if (argument === undefined || !/^\d+$/.test(argument) || values.reason === undefined)
          return wrong('release which: a number, and --reason', USAGE)
        const path = `/holds/${argument}/release`
        return await asked(values, 'POST', path, { reason: values.reason }, () =>
          say(`hold ${argument} has ended`),
        )
      }
      case 'erase':
        return await erase(values)
      default:
        return wrong('say status, set, hold, release or erase', USAGE)
    }
  },
}

const Numbered = z.object({ id: z.int() })

const holdOf = ({ app, from, to, reason }: Values) => ({ app, from, to, reason })

/** Asks the admin API, and prints what it answered; `print` may answer another exit code. */
async function asked(
  { url, tenant, json }: Values,
  method: string,
  path: string,
  body: unknown,
  print: (answer: unknown) => number | undefined,
): Promise<number> {
  return await withAdmin(url === undefined ? {} : { url }, async (request: AdminRequest) => {
    const query = new URLSearchParams({ tenant })
    const response = await request(method, `/admin/api/retention${path}?${query.toString()}`, body)
    if (response.status !== 200) return await explain(response)
    const text = await response.text()
    if (json) console.log(text)
    const code = print(JSON.parse(text))
    return code ?? 0
  })
}

/** Prints for people, unless the answer has been printed as it is. */
const sayer =
  ({ json }: Values) =>
  (...lines: readonly string[]): undefined => {
    if (!json) for (const line of lines) console.log(line)
  }

async function readRetention(path: string): Promise<Retention> {
  const parsed = Retention.safeParse(parse(await readFile(path, 'utf8')))
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

const Erased = z.object({
  complete: z.boolean(),
  destroyed: z.int(),
  held: z.int(),
  tooYoung: z.int(),
  holds: z.array(z.int()),
})

async function erase(values: Values): Promise<number> {
  if (values.subject === undefined) return wrong('erase whom: --subject', USAGE)
  const subject = values.subject === '-' ? (await fromStdin()).trim() : values.subject
  return await asked(values, 'POST', '/erase', { subject }, (answer) => {
    const erased = Erased.parse(answer)
    sayer(values)(...erasureLines(erased))
    return erased.complete ? 0 : 1
  })
}

async function fromStdin(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin) text += String(chunk)
  return text
}

const erasureLines = ({
  destroyed,
  held,
  tooYoung,
  holds,
}: z.infer<typeof Erased>): readonly string[] => [
  `${destroyed} keys destroyed: what they encrypted cannot be read any more, and every proof holds.`,
  ...(held === 0 ? [] : [`${held} keys stay: legal hold ${holds.join(', ')}.`]),
  ...(tooYoung === 0 ? [] : [`${tooYoung} keys stay: the retention policy keeps them longer.`]),
]

const Text = z.string().nullable()
const Status = z.object({
  encrypted: z.boolean(),
  keys: z.object({ live: z.int(), destroyed: z.int() }),
  classes: z.array(z.object({ name: z.string(), oldest: Text, deletedBefore: Text, needed: Text })),
  holds: z.array(
    z.object({ id: z.int(), app: Text, from: Text, to: Text, reason: z.string(), by: z.string() }),
  ),
  lastNight: z
    .object({ at: z.string(), keys: z.int(), traffic: z.int(), rollups: z.int() })
    .nullable(),
})

function statusLines({
  classes,
  holds,
  keys,
  lastNight,
  encrypted,
}: z.infer<typeof Status>): readonly string[] {
  return [
    ...classes.map(({ name, oldest, deletedBefore, needed }) => {
      const forEver = `kept for ever${needed === null ? '' : `: ${needed}`}`
      const until = deletedBefore === null ? forEver : `deleted before ${deletedBefore}`
      return `${name.padEnd(13)} from ${oldest ?? 'nothing yet'}; ${until}`
    }),
    encrypted
      ? `Personal detail is encrypted: ${keys.live} keys, ${keys.destroyed} destroyed.`
      : 'No RECORD_KEY: tags that name a subject are not recorded, other tags are readable for ever.',
    ...holds.map(({ id, app, from, to, reason, by }) => {
      const whose = app === null ? 'every app' : `app ${app}`
      return `hold ${id}: ${whose}, ${from ?? 'the beginning'} to ${to ?? 'the end'}; ${reason} (${by})`
    }),
    lastNight === null
      ? 'No night has passed yet.'
      : `Last night (${lastNight.at}): ${lastNight.keys} keys, ${lastNight.traffic} rows of traffic, ${lastNight.rollups} of roll-ups.`,
  ]
}
