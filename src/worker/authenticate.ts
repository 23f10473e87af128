import type { Refusal } from '../domain/refusal.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Authenticated, Exchange } from './exchange.ts'
import { authenticateKey, reauthenticateKey } from './stores/keys.ts'

const UNAUTHENTICATED: Refusal = { code: 'unauthenticated' }

/** Who is calling, by the key as the client's dialect presents it. Whatever is wrong with it, the answer is the same. */
export const authenticate = (exchange: Exchange): Promise<Result<Authenticated, Refusal>> =>
  by(authenticateKey, exchange)

/** The same past every cache, for when the journal says that keys have changed. */
export const reauthenticate = (exchange: Exchange): Promise<Result<Authenticated, Refusal>> =>
  by(reauthenticateKey, exchange)

async function by(
  look: typeof authenticateKey,
  exchange: Exchange,
): Promise<Result<Authenticated, Refusal>> {
  const presented = exchange.surface.dialect.keyOf(exchange.request)
  if (presented === undefined) return err(UNAUTHENTICATED)
  const found = await look(exchange.env, presented, Date.now())
  return found.ok ? ok({ ...exchange, ...found.value }) : err(UNAUTHENTICATED)
}
