import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { Caller } from '../../src/domain/caller.ts'
import type { Refusal } from '../../src/domain/refusal.ts'
import { assess } from '../../src/router/assess.ts'
import type { World } from '../../src/router/world.ts'
import { surfaces } from '../../src/surfaces/index.ts'
import { readWishes } from '../../src/worker/wishes.ts'
import type { Command } from '../demarc.ts'
import { DEFAULT_CALLER, healthyWorld, readRequest } from '../lib/offline-world.ts'
import { POLICIES_DIRECTORY } from '../lib/paths.ts'
import { readPolicy } from '../lib/policy-files.ts'

const USAGE = `demarc decide --jsonl [--at TIME] [--policies PATH]   what would become of requests; nothing is sent

stdin    one request a line: {"id","body","surface","key"?,"headers"?}
           body      object, or JSON text
           surface   ${Object.keys(surfaces).join(', ')}
           key       fields of the key, such as {"team":"search","allowedModels":["auto"]}; left out: a key without limits
           headers   the demarc-* ones
stdout   one decision a line, in order: {"id","outcome","attempts","refusal"?,"label","receipt"}

Budgets are full and every destination is configured and healthy.

  --at TIME         when prices and facts are read, such as 2026-11-24T12:00:00Z; default: now
  --policies PATH   a folder of policy files or a bundle; default: policies/`

const Line = z.strictObject({
  id: z.union([z.string(), z.number()]),
  body: z.union([z.string(), z.record(z.string(), z.json())]),
  surface: z.custom<keyof typeof surfaces>(
    (name) => typeof name === 'string' && Object.hasOwn(surfaces, name),
    `one of ${Object.keys(surfaces).join(', ')}`,
  ),
  key: z.union([Caller.partial(), z.string()]).optional(),
  headers: z.record(z.string(), z.string()).default({}),
})
type Line = z.infer<typeof Line>

/** `demarc decide`: the router over lines of JSON. */
export const decideCommand: Command = {
  usage: USAGE,
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        jsonl: { type: 'boolean', default: false },
        at: { type: 'string' },
        policies: { type: 'string', default: POLICIES_DIRECTORY },
      },
    })
    if (!values.jsonl) throw new Error(USAGE)
    const atMs = values.at === undefined ? Date.now() : Date.parse(values.at)
    if (Number.isNaN(atMs)) throw new Error('--at must be a time such as 2026-11-24T12:00:00Z')
    const world = healthyWorld(await readPolicy(values.policies), atMs)
    for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity }))
      process.stdout.write(`${JSON.stringify(answerLine(line, world))}\n`)
    return 0
  },
}

/** The output line of an input line. What the line held is never repeated, but for its id. */
export function answerLine(text: string, world: World): object {
  const json = parseJson(text)
  const line = Line.safeParse(json)
  if (!line.success) {
    const id = z.object({ id: z.union([z.string(), z.number()]) }).safeParse(json)
    const problems = line.error.issues.map(
      ({ path, message }) => `${path.length === 0 ? 'line' : path.join('.')}: ${message}`,
    )
    return { id: id.success ? id.data.id : null, error: problems.join('; ') }
  }
  return decideLine(line.data, world)
}

function decideLine({ id, body, surface, key, headers }: Line, world: World): object {
  const wishes = readWishes(new Headers(headers))
  if (!wishes.ok) return refused(id, wishes.error, null)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const read = readRequest(text, surface)
  if (!read.ok) return refused(id, read.error, null)
  const caller = Caller.parse({ ...DEFAULT_CALLER, ...(typeof key === 'object' ? key : {}) })
  const { classification, decision } = assess({
    envelope: read.value.envelope,
    request: read.value.facts,
    caller,
    wishes: wishes.value,
    world,
  })
  const { label } = classification
  if (!decision.ok) return refused(id, decision.error, label)
  const { attempts, receipt } = decision.value
  return {
    id,
    outcome: 'plan',
    attempts: attempts.map(({ destination, model, form, boundPicoUsd }) => ({
      destination,
      model,
      form,
      bound_pico_usd: String(boundPicoUsd),
    })),
    label,
    receipt,
  }
}

function refused(id: string | number, refusal: Refusal, label: object | null): object {
  return {
    id,
    outcome: 'refused',
    attempts: [],
    refusal: {
      code: refusal.code,
      rule: refusal.code === 'policy_forbids' ? refusal.rule : null,
      ...('param' in refusal ? { param: refusal.param } : {}),
      ...('message' in refusal ? { message: refusal.message } : {}),
      ...('reason' in refusal ? { reason: refusal.reason } : {}),
    },
    label,
    receipt: 'receipt' in refusal ? (refusal.receipt ?? null) : null,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
