import * as z from 'zod'
import { err, ok, type Result } from '../../src/domain/result.ts'

type Place = { readonly destination: string; readonly model: string }

const Place = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]*\/[a-z0-9][a-z0-9.-]*$/, 'destination/model, such as openai/gpt-5')
const Pattern = z.union([
  z.literal('*'),
  z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]*\/(?:\*|[a-z0-9][a-z0-9.-]*)$/,
      'destination/model, destination/* or *',
    ),
])

/** What goes where instead; the first line that fits counts. */
export const ModelMap = z.array(z.strictObject({ from: Pattern, to: Place })).min(1)
export type ModelMap = z.infer<typeof ModelMap>

/** Where a model's tokens go by the map; where they went if no line fits. */
export const mapped =
  (map: ModelMap) =>
  (place: Place): Place => {
    const names = [`${place.destination}/${place.model}`, `${place.destination}/*`, '*']
    const line = map.find(({ from }) => names.includes(from))
    const [destination, model] = line?.to.split('/') ?? []
    return destination === undefined || model === undefined ? place : { destination, model }
  }

const PERCENT = /^([a-z0-9][a-z0-9.-]*|\*)=([+-]?\d{1,4})%?$/

/** `openai=50%`, several times: whole percent by destination, `*` for all that are not named. */
export function readRaises(said: readonly string[]): Result<ReadonlyMap<string, number>, string> {
  const percents = new Map<string, number>()
  for (const one of said) {
    const [, destination, amount] = PERCENT.exec(one) ?? []
    const percent = Number(amount)
    if (destination === undefined || percent < -100)
      return err('--raise: destination=whole percent from -100, such as openai=50%, or *=10%')
    if (percents.has(destination)) return err(`--raise: ${destination} is there twice`)
    percents.set(destination, percent)
  }
  return ok(percents)
}
