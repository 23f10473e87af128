import type { Context } from 'hono'
import { formatUsd } from '../../domain/money.ts'
import type { Receipt } from '../../domain/plan.ts'
import { EntryBody, type CloseEntry, type StoredEntry } from '../../journal/entry.ts'
import { explain } from '../../router/explain.ts'
import { refusalResponse } from '../answer.ts'
import { auditKeyOf, verifierKeyOf } from '../audit-key.ts'
import { journalOf, type Env } from '../env.ts'
import { callerOf } from './caller.ts'
import { returnReports, takeReports } from '../settlements.ts'
import { readableTags } from '../sealed-tags.ts'
import { proofsOf } from '../stores/checkpoints.ts'
import { entriesOfDecision, watermark } from '../stores/ledger.ts'
import { inForceFor } from '../world.ts'

const NOT_FOUND = {
  code: 'not_found',
  message: 'No decision of this team has this id. It is the value of the `demarc-decision` header.',
} as const

/** `GET /v1/decisions/{id}`: the receipt of a decision, and what its attempts came to. */
export async function decisionRoute(c: Context<{ Bindings: Env }>): Promise<Response> {
  const { exchange, caller: found } = await callerOf(c)
  const { decision, env } = exchange
  if (!found.ok) return refusalResponse(found.error, decision)
  const { caller } = found.value
  const answer = await decisionShown(
    env,
    caller.tenant,
    c.req.param('id') ?? '',
    ({ team }) => team === caller.team,
  )
  return answer === undefined
    ? refusalResponse(NOT_FOUND, decision)
    : Response.json(answer, { headers: { 'x-request-id': decision } })
}

/** A decision's receipt, what its attempts came to, and proofs; undefined if there is none that the asker may see. */
export async function decisionShown(
  env: Env,
  tenant: string,
  id: string,
  maySee: (owner: { readonly team: string; readonly app: string }) => boolean,
): Promise<object | undefined> {
  const entries = await entriesOf(env, tenant, id)
  const bodies = entries.map(({ body }) => EntryBody.parse(JSON.parse(body)))
  const opening = bodies
    .filter((body) => body.kind !== 'policy')
    .find(({ kind }) => kind === 'reserve' || kind === 'refuse')
  if (opening === undefined) return undefined
  if (!maySee('facts' in opening ? opening.facts : opening)) return undefined
  const inForce = await inForceFor(env, tenant)
  const sentences = inForce?.compiled.sentences ?? new Map<string, string>()
  const outcome =
    opening.kind === 'refuse'
      ? ({ type: 'refused', code: opening.code, rule: opening.rule } as const)
      : ({ type: 'plan' } as const)
  const receipt = 'receipt' in opening ? opening.receipt : undefined
  const explained = isReceipt(receipt) ? explain(receipt, outcome, sentences) : { outcome }
  const tags = 'facts' in opening ? opening.facts.tags : undefined
  const shown = tags === undefined ? [] : await readableTags(env, tenant, [tags])
  const closes = bodies.filter((body): body is CloseEntry => 'costPicoUsd' in body)
  return {
    id,
    at: new Date(opening.atMs).toISOString(),
    ...explained,
    ...(tags === undefined ? {} : { tags: shown[0] }),
    settled: closes.map(settledOf),
    ...(await evidenceOf(env, tenant, entries)),
  }
}

/** The entries as they were hashed, and for those in the signed log the proof, to be checked with `demarc audit verify`. */
async function evidenceOf(env: Env, tenant: string, entries: readonly StoredEntry[]) {
  const key = await auditKeyOf(env)
  const through = await watermark(env, tenant)
  const logged = entries.filter(({ seq }) => seq <= through).map(({ seq }) => seq)
  const proofs =
    key === undefined || logged.length === 0
      ? undefined
      : await proofsOf(env, tenant, logged, Date.now())
  const journal = entries.map((entry) => {
    const proof = proofs?.[logged.indexOf(entry.seq)]
    return { ...entry, ...(proof === undefined ? {} : { proof }) }
  })
  return key === undefined ? { journal } : { journal, verifierKey: verifierKeyOf(env, tenant, key) }
}

/** The entries of a decision, from D1 and what the journal has not handed over yet; what this isolate has not delivered yet is delivered first. */
async function entriesOf(env: Env, tenant: string, id: string): Promise<StoredEntry[]> {
  const journal = journalOf(env, tenant)
  const reports = takeReports(tenant)
  if (reports.settlements.length + reports.refusals.length > 0) {
    try {
      await journal.commit({ ...reports, reserve: null })
    } catch {
      returnReports(tenant, reports) // they are delivered later; the receipt is there all the same
    }
  }
  const [recent, older] = await Promise.all([
    journal.entriesOf(id),
    entriesOfDecision(env, tenant, id),
  ])
  const bySeq = new Map([...older, ...recent].map((entry) => [entry.seq, entry]))
  return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq)
}

/** Receipts were written by us, under a hash that the journal keeps. */
const isReceipt = (value: unknown): value is Receipt =>
  typeof value === 'object' && value !== null && 'label' in value && 'attempts' in value

const settledOf = (close: CloseEntry) => ({
  attempt: close.attempt,
  kind: close.kind,
  outcome: close.outcome,
  destination: close.facts.destination,
  model: close.facts.model,
  usage: close.usage,
  usage_source: close.usageSource,
  cost_usd: formatUsd(BigInt(close.costPicoUsd)),
  cost_pico_usd: close.costPicoUsd,
  price_version: close.facts.priceVersion,
  finish: close.finish,
})
