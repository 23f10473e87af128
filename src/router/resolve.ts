import type { Caller } from '../domain/caller.ts'
import { err, ok, type Result } from '../domain/result.ts'
import type { Compiled, CompiledOffer, NamedModels } from './compile.ts'

type NameRefusal = { readonly code: 'model_unknown' } | { readonly code: 'model_not_allowed' }

/** What a `model` field means for a caller: the offers it may stand for. */
export function resolveModel(
  written: string,
  caller: Caller,
  policy: Compiled,
): Result<NamedModels, NameRefusal> {
  const named = policy.names.get(written)
  if (named === undefined) return err({ code: 'model_unknown' })
  const { allowedModels } = caller
  if (allowedModels === null) return ok(named)
  if (allowedModels.includes(named.name) || allowedModels.includes(written)) return ok(named)
  if (named.kind !== 'concrete') return err({ code: 'model_not_allowed' })
  const offers = named.offers.filter((offer) => isListed(offer, allowedModels))
  return offers.length === 0 ? err({ code: 'model_not_allowed' }) : ok({ ...named, offers })
}

/** The names that a caller may write and that mean something: what `GET /v1/models` lists. */
export function namesFor(caller: Caller, policy: Compiled): readonly string[] {
  return [...policy.names]
    .filter(([written, { name }]) => written === name && resolveModel(name, caller, policy).ok)
    .map(([written]) => written)
}

const isListed = (offer: CompiledOffer, allowed: readonly string[]): boolean =>
  allowed.includes(offer.model) ||
  allowed.includes(offer.destination) ||
  allowed.includes(`${offer.destination}/${offer.model}`)
