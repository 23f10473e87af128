import { anthropicSimulation } from './anthropic.ts'
import type { Behaviour } from './behaviour.ts'
import { geminiSimulation } from './gemini.ts'
import {
  embeddingsEndpoint,
  OPENAI_WAYS,
  PLAIN_WAYS,
  withGeminiEmbeddings,
  withWorkersAiEmbeddings,
} from './embeddings.ts'
import { withEndpoints } from './endpoints.ts'
import { fireworksDialect, openaiDialect, togetherDialect } from './hosted-dialects.ts'
import { llamaCppDialect, ollamaDialect, vllmDialect } from './onprem-dialects.ts'
import { withOllamaNative } from './ollama-native.ts'
import { openaiChat } from './openai-chat.ts'
import { responsesEndpoint } from './openai-responses.ts'
import { MAKER_IDS, MAKERS, type MakerId } from './makers.ts'
import { openServer, type Recorded, type SimulatedServer } from './server.ts'
import { jsonReply, type Simulation } from './simulation.ts'
import { workersAiSimulation } from './workers-ai.ts'

const plainEmbeddings = { '/embeddings': embeddingsEndpoint(PLAIN_WAYS) }
const ownEmbeddings = { '/embeddings': embeddingsEndpoint(OPENAI_WAYS) }

const SIMULATIONS = {
  'workers-ai': withWorkersAiEmbeddings(workersAiSimulation),
  together: withEndpoints(openaiChat(togetherDialect), plainEmbeddings),
  fireworks: withEndpoints(openaiChat(fireworksDialect), plainEmbeddings),
  vllm: withEndpoints(openaiChat(vllmDialect), ownEmbeddings),
  ollama: withOllamaNative(withEndpoints(openaiChat(ollamaDialect), ownEmbeddings)),
  'llama-cpp': withEndpoints(openaiChat(llamaCppDialect), ownEmbeddings),
  openai: withEndpoints(openaiChat(openaiDialect), {
    ...ownEmbeddings,
    '/responses': responsesEndpoint,
  }),
  anthropic: anthropicSimulation,
  gemini: withGeminiEmbeddings(geminiSimulation),
} as const satisfies Record<string, Simulation>

export type SimulatedId = keyof typeof SIMULATIONS

const EVERY: Readonly<Record<FleetId, Simulation>> = { ...SIMULATIONS, ...MAKERS }

/** Any provider that there is a simulation of. */
export type FleetId = SimulatedId | MakerId

const isSimulated = (id: string): id is SimulatedId => id in SIMULATIONS

export const SIMULATED_IDS: readonly SimulatedId[] = Object.keys(SIMULATIONS).filter(isSimulated)

/** Ids of providers that ask for a key; the organisation's own servers and the binding do not. */
const WITH_KEY: readonly FleetId[] = [
  'together',
  'fireworks',
  'openai',
  'anthropic',
  'gemini',
  ...MAKER_IDS,
]

/** The only key that a simulated provider accepts: a real one sent here by mistake is refused. */
const simulatedKey = (id: FleetId): string => `simulated-${id}-key`

/** A host that nobody is meant to reach: it answers anything, and records it. */
const elsewhere: Simulation = {
  basePath: '',
  credential: () => undefined,
  unauthorized: () => jsonReply(401, {}),
  isPublic: () => true,
  answer: () => jsonReply(200, { elsewhere: true }),
  trouble: ({ status }) => jsonReply(status, {}),
}

export type FleetOptions = {
  /** Makers and clouds to simulate, too; none by default. */
  readonly makers?: readonly MakerId[]
  /** Which providers to simulate; all by default. */
  readonly only?: readonly SimulatedId[]
  /** Fixed ports; any free one by default. */
  readonly ports?: Partial<Record<FleetId, number>>
  /** Ask for a Cloudflare Access service token as well, as a tunnel to one's own server does. */
  readonly access?: Partial<Record<FleetId, { readonly id: string; readonly secret: string }>>
  /** Ask the organisation's own servers for a key too. */
  readonly keys?: Partial<Record<FleetId, string>>
}

/** Simulated providers, each a server of its own on 127.0.0.1. */
export type Fleet = {
  /** Base URL of each, with the path that the provider's own base URL has. */
  readonly urls: Readonly<Partial<Record<FleetId, string>>>
  /** Key that each accepts; none for those that ask for none. */
  readonly keys: Readonly<Partial<Record<FleetId, string>>>
  /** A host that no request should ever reach, for redirects to point to. */
  readonly elsewhereUrl: string
  /** Everything that arrived, in order. */
  readonly requests: readonly Recorded[]
  /** The same since the start: `reset` forgets none of them. */
  readonly everything: readonly Recorded[]
  /**
   * Sockets that were ever opened to any of them, `elsewhere` included. Miniflare's AI binding opens one more to
   * `workers-ai` when it is first used.
   */
  readonly connections: () => number
  /** The next request to arrive at `id` after this call. */
  readonly next: (id: FleetId | 'elsewhere') => Promise<Recorded>
  /** How `id` behaves from now on; of a list each is used once, and `usual` follows. */
  readonly script: (id: FleetId, behaviour: Behaviour | readonly Behaviour[]) => void
  /** Forgets requests and scripts. */
  readonly reset: () => void
  readonly close: () => Promise<void>
}

export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  const requests: Recorded[] = []
  const everything: Recorded[] = []
  const waiting: { id: string; resolve: (recorded: Recorded) => void }[] = []
  const record = (recorded: Recorded): void => {
    requests.push(recorded)
    everything.push(recorded)
    for (const entry of waiting.splice(0)) {
      if (entry.id === recorded.destination) entry.resolve(recorded)
      else waiting.push(entry)
    }
  }
  let order = 0
  const nextOrder = (): number => ++order
  const keys: Partial<Record<FleetId, string>> = {}
  const urls: Partial<Record<FleetId, string>> = {}
  const servers = new Map<string, SimulatedServer>()
  for (const id of [...(options.only ?? SIMULATED_IDS), ...(options.makers ?? [])]) {
    const key = options.keys?.[id] ?? (WITH_KEY.includes(id) ? simulatedKey(id) : undefined)
    if (key !== undefined) keys[id] = key
    const simulation: Simulation = EVERY[id]
    const server = await openServer({
      destination: id,
      simulation,
      port: options.ports?.[id] ?? 0,
      key,
      access: options.access?.[id],
      record,
      nextOrder,
    })
    servers.set(id, server)
    urls[id] = server.origin + simulation.basePath
  }
  const sink = await openServer({
    destination: 'elsewhere',
    simulation: elsewhere,
    port: 0,
    key: undefined,
    access: undefined,
    record,
    nextOrder,
  })
  servers.set('elsewhere', sink)
  return {
    urls,
    keys,
    elsewhereUrl: sink.origin,
    requests,
    everything,
    connections: () => [...servers.values()].reduce((sum, server) => sum + server.connections(), 0),
    next: (id) => new Promise((resolve) => waiting.push({ id, resolve })),
    script: (id, behaviour) => {
      const server = servers.get(id)
      if (server === undefined) throw new Error(`no simulation of ${id} in this fleet`)
      server.script(behaviour)
    },
    reset: () => {
      requests.length = 0
      for (const server of servers.values()) server.script({ kind: 'usual' })
    },
    close: async () => {
      await Promise.all([...servers.values()].map((server) => server.close()))
    },
  }
}
