import OpenAI, { APIError } from 'openai'
import * as z from 'zod'
import type { Local } from '../lib/local.ts'
import type { Sample } from './samples.ts'

/** What Demarc says of one sample: from the headers of its answer and from its receipt. */
export type Outcome = {
  readonly sample: Sample
  readonly decision: string
  readonly label: string
  /** Undefined if nothing was sent. */
  readonly sent: { readonly destination: string; readonly model: string } | undefined
  /** Why nothing came back; undefined if something did. */
  readonly failure: string | undefined
  readonly receipt: Receipt | undefined
}

const Rule = z.object({ id: z.string(), says: z.string().nullable() })
const Receipt = z.object({
  refusal: z.object({ code: z.string(), rule: z.string().optional() }).nullable(),
  evidence: z.array(z.object({ kind: z.string(), path: z.string() })),
  route: Rule,
  attempts: z.array(z.object({ destination: z.string(), model: z.string(), form: z.string() })),
  guardrails: z.array(Rule.extend({ removed: z.array(z.string()) })),
})
export type Receipt = z.infer<typeof Receipt>

const FETCH_ATTEMPTS = 50
const FETCH_PAUSE_MS = 100

/** Sends the samples through the official SDK, one after the other, and asks for the receipt of each. */
export async function sendSamples(
  local: Local,
  key: string,
  samples: readonly Sample[],
): Promise<Outcome[]> {
  const client = new OpenAI({ baseURL: `${local.url}/v1`, apiKey: key, maxRetries: 0 })
  const answered: Omit<Outcome, 'receipt'>[] = []
  for (const sample of samples) answered.push(await send(client, sample))
  return await Promise.all(
    answered.map(async (outcome) => ({
      ...outcome,
      receipt: await receiptOf(local.url, key, outcome.decision),
    })),
  )
}

async function send(client: OpenAI, sample: Sample): Promise<Omit<Outcome, 'receipt'>> {
  try {
    const { response } = await client.chat.completions
      .create({
        model: 'auto',
        max_completion_tokens: 400,
        messages: [{ role: 'user', content: sample.prompt }],
      })
      .withResponse()
    return { sample, failure: undefined, ...headersOf(response.headers) }
  } catch (error) {
    if (!(error instanceof APIError)) throw error
    const failure = `${error.status ?? 'no answer'}: ${error.message}`
    return { sample, failure, ...headersOf(error.headers ?? new Headers()) }
  }
}

type Read = { readonly get: (name: string) => string | null }

function headersOf(headers: Read): Pick<Outcome, 'decision' | 'label' | 'sent'> {
  const destination = headers.get('demarc-destination')
  const model = headers.get('demarc-model')
  return {
    decision: headers.get('demarc-decision') ?? '',
    label: headers.get('demarc-label') ?? 'not labelled',
    sent: destination === null ? undefined : { destination, model: model ?? 'unknown' },
  }
}

/** A receipt reaches the ledger a moment after the answer. */
async function receiptOf(url: string, key: string, decision: string): Promise<Receipt | undefined> {
  if (decision === '') return undefined
  for (let attempt = 0; attempt < FETCH_ATTEMPTS; attempt++) {
    const response = await fetch(`${url}/v1/decisions/${decision}`, {
      headers: { authorization: `Bearer ${key}` },
    })
    if (response.ok) return Receipt.parse(await response.json())
    if (response.status !== 404) return undefined
    await new Promise((resolve) => setTimeout(resolve, FETCH_PAUSE_MS))
  }
  return undefined
}
