import { PUBLIC } from '../../src/domain/label.ts'
import type { Pin } from '../../src/domain/pin.ts'
import type { RequestFacts } from '../../src/domain/request.ts'
import { decide } from '../../src/router/decide.ts'
import type { World } from '../../src/router/world.ts'
import { NOW_MS } from '../policy/fixtures.ts'
import { CALLER, model, NO_WISHES, requestFacts, worldOf } from './fixtures.ts'

/** A pin to `destination/model`, half a minute old. */
export const pinTo = (at: string, parts: Partial<Pin> = {}): Pin => {
  const [destination = '', id = ''] = at.split('/')
  return {
    destination,
    model: id,
    promptTokens: 10_000,
    outputTokens: 200,
    isUncached: false,
    atMs: NOW_MS - 30_000,
    ...parts,
  }
}

type Rates = { readonly input: number; readonly cachedInput?: number; readonly output: number }

/** A model at one place, with prices in micro-dollars per million tokens. */
export function priced(id: string, at: string, meters: Rates) {
  const { model: one, prices } = model(id, 'basic', { at, context: 1_000_000 })
  return { model: one, prices: prices.map((price) => ({ ...price, meters })) }
}

/** `short` is the cheapest for a short prompt, `long` for one of more than about 20,000 bytes. */
const SHORT = priced('short', 'away', { input: 1_000_000, cachedInput: 100_000, output: 500_000 })
export const LONG = priced('long', 'closed', { input: 800_000, output: 20_000_000 })
const THIRD = priced('third', 'home', {
  input: 5_000_000,
  cachedInput: 5_000_000,
  output: 5_000_000,
})
/** For 48,000 bytes `closed/long` comes before `away/short`; a cache turns that round. */
export const flipping = (tables: Parameters<typeof worldOf>[0] = {}, parts = {}): World =>
  worldOf(tables, parts, [SHORT, LONG, THIRD])

export type Given = {
  readonly world?: World
  readonly pin?: Pin
  readonly request?: Partial<RequestFacts>
  readonly label?: 'restricted'
  readonly maxCostPicoUsd?: bigint
}

export const plan = ({ world = flipping(), pin, request, label, maxCostPicoUsd }: Given) =>
  decide({
    classification: { label: { ...PUBLIC, level: label ?? 'public' }, findings: [], unscanned: [] },
    declared: PUBLIC,
    request: requestFacts({ promptBytes: 48_000, outputTokensMax: 200, ...request }),
    caller: CALLER,
    wishes: { ...NO_WISHES, maxCostPicoUsd },
    world,
    pin,
  })
