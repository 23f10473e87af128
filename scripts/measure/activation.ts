import { createServer } from 'node:http'
import * as z from 'zod'
import { startLocal, type Local } from '../lib/local.ts'
import { createKey, putPolicy, readPolicies } from '../lib/seed.ts'

/**
 * How long it takes until a policy is in force everywhere, and a key is revoked everywhere, while requests come in: from
 * before the call of the admin API to T, as the policy authority records it, and to the answer.
 *
 *     node scripts/measure/activation.ts [rounds]
 */

const ROUNDS = Number(process.argv[2] ?? 50)

const Activated = z.object({ state: z.literal('everywhere'), everywhereSinceMs: z.number() })
const Made = z.object({ id: z.string(), key: z.string() })
const Revoked = z.object({ inForce: z.literal(true) })

/** An upstream that fails at once: what counts here is that its attempts are reserved. */
const upstream = createServer((_request, response) => response.writeHead(500).end())

async function listen(): Promise<string> {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  const address = upstream.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}/v1`
}

async function ask(url: string, key: string): Promise<number> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model: 'openai/gpt-5-nano',
      max_completion_tokens: 8,
      messages: [{ role: 'user', content: 'Why is the sky blue?' }],
    }),
  })
  await response.text()
  return response.status
}

/** Milliseconds to T and to the answer, of activations that take turns between two policies. */
async function activate({ admin }: Local): Promise<{ toT: number[]; toAnswer: number[] }> {
  const bundle = await readPolicies()
  const other = { ...bundle, routes: bundle.routes.toReversed() }
  const toT: number[] = []
  const toAnswer: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const startedMs = Date.now()
    const response = await admin('PUT', '/admin/api/policy', round % 2 === 0 ? other : bundle)
    const { everywhereSinceMs } = Activated.parse(await response.json())
    toAnswer.push(Date.now() - startedMs)
    toT.push(everywhereSinceMs - startedMs)
  }
  return { toT, toAnswer }
}

/** Milliseconds until the answer that says that a revoked key opens nothing any more; it is tried. */
async function revoke({ admin, url }: Local): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const made = await admin('POST', '/admin/api/keys', { team: 't', app: 'a', purpose: 'general' })
    const { id, key } = Made.parse(await made.json())
    await ask(url, key)
    const startedMs = Date.now()
    const response = await admin('DELETE', `/admin/api/keys/${id}`)
    Revoked.parse(await response.json())
    times.push(Date.now() - startedMs)
    if ((await ask(url, key)) !== 401) throw new Error('a revoked key opened something')
  }
  return times
}

function say(what: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  console.log(`${what}: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms`)
}

const local = await startLocal({
  destinationUrls: { openai: await listen() },
  destinationKeys: { openai: 'measured' },
})
try {
  await putPolicy(local.admin, await readPolicies())
  const key = await createKey(local.admin, { team: 't', app: 'a', purpose: 'general' })
  const over = new AbortController()
  const traffic = (async (): Promise<void> => {
    while (!over.signal.aborted) await ask(local.url, key)
  })()
  const { toT, toAnswer } = await activate(local)
  say('activation to T', toT)
  say('activation to the answer', toAnswer)
  say('revocation to the answer', await revoke(local))
  over.abort()
  await traffic
} finally {
  await local.close()
  upstream.close()
}
