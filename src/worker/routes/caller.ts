import type { Context } from 'hono'
import type { Refusal } from '../../domain/refusal.ts'
import type { Result } from '../../domain/result.ts'
import { surfaces } from '../../surfaces/index.ts'
import type { Surface } from '../../surfaces/surface.ts'
import { authenticate } from '../authenticate.ts'
import type { Env } from '../env.ts'
import { newDecisionId, type Authenticated, type Exchange } from '../exchange.ts'

/** A request to one of our own paths: its exchange, and who is calling, by the key as this surface has it. */
export async function callerOf(
  c: Context<{ Bindings: Env }>,
  surface: Surface = surfaces['openai-chat'],
): Promise<{ readonly exchange: Exchange; readonly caller: Result<Authenticated, Refusal> }> {
  const exchange = exchangeOf(c, surface)
  return { exchange, caller: await authenticate(exchange) }
}

/** The same before anybody has looked at its key. */
export function exchangeOf(c: Context<{ Bindings: Env }>, surface: Surface): Exchange {
  const startedMs = Date.now()
  return {
    request: c.req.raw,
    env: c.env,
    ctx: c.executionCtx,
    surface,
    decision: newDecisionId(startedMs),
    startedMs,
  }
}
