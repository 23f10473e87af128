import * as z from 'zod'

/** A model server on this machine, and the ids it serves; undefined ids: it takes any. */
export type Found = { readonly url: string; readonly models: readonly string[] | undefined }

/** Long enough for a server on the same machine, short enough not to be noticed. */
const TIMEOUT_MS = 400

const Tags = z.object({ models: z.array(z.object({ name: z.string() })) })
const Models = z.object({ data: z.array(z.object({ id: z.string() })) })

/** Where each kind of server listens unless told otherwise, and how to recognise it. */
const PROBES = {
  ollama: async (): Promise<Found> => {
    const { models } = Tags.parse(await get('http://127.0.0.1:11434/api/tags'))
    return { url: 'http://127.0.0.1:11434/v1', models: models.map(({ name }) => name) }
  },
  'llama-cpp': async (): Promise<Found> => {
    z.object({ status: z.literal('ok') }).parse(await get('http://127.0.0.1:8080/health'))
    Models.parse(await get('http://127.0.0.1:8080/v1/models'))
    return { url: 'http://127.0.0.1:8080/v1', models: undefined }
  },
  vllm: async (): Promise<Found> => {
    z.object({ version: z.string() }).parse(await get('http://127.0.0.1:8000/version'))
    const { data } = Models.parse(await get('http://127.0.0.1:8000/v1/models'))
    return { url: 'http://127.0.0.1:8000/v1', models: data.map(({ id }) => id) }
  },
} as const satisfies Record<string, () => Promise<Found>>

type ProbedId = keyof typeof PROBES

async function get(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return await response.json()
}

/** Looks for model servers on this machine. Whatever does not answer as expected is not there. */
export async function probe(): Promise<Partial<Record<ProbedId, Found>>> {
  const quietly = (look: () => Promise<Found>): Promise<Found | undefined> =>
    look().catch(() => undefined)
  const [ollama, llamaCpp, vllm] = await Promise.all([
    quietly(PROBES.ollama),
    quietly(PROBES['llama-cpp']),
    quietly(PROBES.vllm),
  ])
  return {
    ...(ollama === undefined ? {} : { ollama }),
    ...(llamaCpp === undefined ? {} : { 'llama-cpp': llamaCpp }),
    ...(vllm === undefined ? {} : { vllm }),
  }
}
