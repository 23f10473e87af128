import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { DEFAULT_TENANT } from '../../src/access/key-request.ts'
import type { Recall } from '../../src/policy/analyze/ground.ts'
import { canonicalBundle } from '../../src/policy/bundle.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import type { TrafficGroup } from '../../src/policy/traffic.ts'
import type { Command } from '../demarc.ts'
import { POLICIES_DIRECTORY } from '../lib/paths.ts'
import { readPolicy } from '../lib/policy-files.ts'
import { readTraffic } from '../lib/traffic-files.ts'
import { storedTraffic, type TrafficServer } from '../lib/traffic-server.ts'
import { backtest, backtestThere } from './policy-backtest.ts'
import { check } from './policy-check.ts'
import { diff } from './policy-diff.ts'
import { explainRule, printSentences } from './policy-explain.ts'
import { prove } from './policy-prove.ts'
import { pushPolicy } from './policy-push.ts'

const USAGE = `demarc policy check [PATH]                form, names, golden cases, invariants, and rules that do not do what they seem to
demarc policy prove [PATH] [--claim CLAIM]
                                          invariants, or one claim: proved for every request, or refuted by one
demarc policy diff A B [--traffic FILE | --days N | --url URL]
                                          what B allows, refuses and routes differently; does not hold if B is looser
demarc policy explain RULE [PATH]         one rule: what it says, why, and which destinations it forbids today
demarc policy sentences [PATH]            every rule as one sentence
demarc policy backtest [PATH] --traffic FILE [--base PATH]
demarc policy backtest [PATH] --days N [--url URL] [--tenant NAME]
                                          real traffic under a policy; does not hold if somebody is newly refused
demarc policy build [PATH]                the canonical bundle on stdout, its SHA-256 on stderr
demarc policy push [PATH] [--url URL] [--tenant NAME]
                                          check, then put it in force: its SHA-256 on stdout

  PATH, A, B   a folder of policy files or a bundle; default: policies/
  --json       {"holds","findings":[{"rule","problem","witness","severity"}]} and more; docs/policy.md says what
  --claim      the id of an invariant, a sentence as \`policy sentences\` writes it ('Never send restricted data to any destination.'),
               or YAML: '{ when: { level: [restricted] }, never: { zone: third-party } }'
  --traffic    records, one JSON object a line; docs/policy.md shows one
  --days       traffic that is stored there, of so many days (UTC, with today; default 7); a backtest compares with the policy in force
  --base       compare with this policy instead of with what the records say happened
  --strict     warnings fail too
  --recall     a JSON file {"measuredOn","recall":{…}}: how often the classifier is right, to be printed beside proofs
  --nodes      nodes that an analysis may use before it gives up; default: 2000000
  --at         the moment at which facts and prices are read; default: now
  --url        a deployed Demarc, its admin token in DEMARC_ADMIN_TOKEN; default: the local one
  --tenant     default: default

Exit: 0 holds, 1 does not hold, 2 cannot run, or is too large for an exact answer.`

const OPTIONS = {
  json: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  at: { type: 'string' },
  claim: { type: 'string' },
  traffic: { type: 'string' },
  days: { type: 'string' },
  base: { type: 'string' },
  recall: { type: 'string' },
  nodes: { type: 'string' },
  url: { type: 'string' },
  tenant: { type: 'string', default: DEFAULT_TENANT },
} as const

/** `demarc policy`: looks at a policy, and with `push` puts it in force. */
export const policyCommand: Command = {
  usage: USAGE,
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    })
    const [action = '', ...rest] = positionals
    const { json, strict } = values
    const atMs = momentOf(values.at)
    const nodesMax = values.nodes === undefined ? undefined : countOf(values.nodes, '--nodes')
    const recall = values.recall === undefined ? undefined : await readRecall(values.recall)
    const analysis = { nodesMax, recall }
    const path = rest[0] ?? POLICIES_DIRECTORY
    switch (action) {
      case 'check':
        return await check(path, { json, strict, atMs, analysis })
      case 'prove':
        return prove(await readPolicy(path), { json, atMs, analysis, claim: values.claim })
      case 'diff': {
        const [a, b] = rest
        if (a === undefined || b === undefined) throw new Error('diff compares two policies: A B')
        const traffic = await trafficFrom(values)
        const [before, after] = [await readPolicy(a), await readPolicy(b)]
        return diff(before, after, { json, atMs, analysis, traffic })
      }
      case 'explain':
        return explainRule(
          await readPolicy(rest[1] ?? POLICIES_DIRECTORY),
          rest[0] ?? '',
          atMs,
          json,
        )
      case 'sentences':
        return printSentences(await readPolicy(path), json)
      case 'backtest': {
        if (isStored(values))
          return await backtestThere(await readPolicy(path), serverOf(values), json)
        if (values.traffic === undefined)
          throw new Error('backtest needs --traffic FILE, with one record a line, or --days N')
        const base = values.base === undefined ? undefined : await readPolicy(values.base)
        const candidate = await readPolicy(path)
        return backtest(await readTraffic(values.traffic), base, candidate, { json, atMs })
      }
      case 'build':
        return build(await readPolicy(path))
      case 'push': {
        const checked = await check(path, { json, strict, atMs, analysis, print: console.error })
        return checked === 0 ? await pushPolicy(await readPolicy(path), values) : 1
      }
      default:
        throw new Error(USAGE)
    }
  },
}

type Where = {
  readonly url?: string | undefined
  readonly tenant: string
  readonly days?: string | undefined
  readonly traffic?: string | undefined
}

/** Stored traffic is meant, and not a file. */
const isStored = ({ url, days, traffic }: Where): boolean =>
  traffic === undefined && (url !== undefined || days !== undefined)

const DAYS_DEFAULT = '7'

const serverOf = ({ url, tenant, days = DAYS_DEFAULT }: Where): TrafficServer => ({
  url,
  tenant,
  days: countOf(days, '--days'),
})

async function trafficFrom(where: Where): Promise<readonly TrafficGroup[] | undefined> {
  if (where.traffic !== undefined) return await readTraffic(where.traffic)
  return isStored(where) ? await storedTraffic(serverOf(where)) : undefined
}

function momentOf(at: string | undefined): number {
  const atMs = at === undefined ? Date.now() : Date.parse(at)
  if (Number.isNaN(atMs)) throw new Error('--at must be a time such as 2026-11-24T12:00:00Z')
  return atMs
}

function countOf(text: string, option: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`${option} must be a count from 1`)
  return count
}

const WrittenRecall = z.strictObject({
  measuredOn: z.string().min(1),
  recall: z.record(z.string(), z.number().min(0).max(1)),
})

async function readRecall(path: string): Promise<Recall> {
  const parsed = WrittenRecall.safeParse(JSON.parse(await readFile(path, 'utf8')))
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

function build(bundle: Bundle): number {
  const { text, hash } = canonicalBundle(bundle)
  process.stdout.write(text)
  console.error(hash)
  return 0
}
