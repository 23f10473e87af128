import {
  EMBEDDINGS_WIRES,
  type CountWireName,
  type DialectName,
  type Operation,
  type SurfaceName,
} from '../domain/request.ts'
import type { Destination, Edit } from './destination.ts'

/** How a destination is spoken to for one request. */
export type Spoken = {
  readonly dialect: DialectName
  /** It is the client's own: bodies and bytes pass through. */
  readonly isClients: boolean
  readonly path: (upstreamModel: string, stream: boolean) => string
  readonly edits: readonly Edit[]
}

const COUNTING: readonly CountWireName[] = ['anthropic-count-tokens', 'gemini-count-tokens']

/** The client's own dialect if the destination speaks it, else the one to translate to; undefined if it has none. */
export function spokenFor(
  destination: Destination,
  surface: SurfaceName,
  operation: Operation,
): Spoken | undefined {
  const { wire, speaks, transport, path, edits } = destination
  const own = speaks?.[surface]
  const passes = transport === 'http'
  if (own !== undefined) return { dialect: surface, isClients: passes, ...own }
  if (operation === 'chat') {
    return {
      dialect: wire,
      isClients: passes && wire === surface,
      path: (model, stream) => path(model, 'chat', stream),
      edits,
    }
  }
  const names: readonly DialectName[] = operation === 'embeddings' ? EMBEDDINGS_WIRES : COUNTING
  for (const dialect of names) {
    const endpoint = speaks?.[dialect]
    if (endpoint !== undefined) return { dialect, isClients: false, ...endpoint }
  }
  return undefined
}
