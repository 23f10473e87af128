import * as z from 'zod'
import { divideRounded } from './finance.ts'

const sourced = <T extends z.ZodType>(value: T) =>
  z.strictObject({ value: value, source: z.string().min(1) })
const Positive = z.int().positive()
const Nonnegative = z.int().nonnegative()

/** What self-hosting costs, as far as anybody can know it beforehand: `policies/tco.yaml`. Every figure says where it is from. */
export const TcoInputs = z.strictObject({
  /** A way to run the model: weights at some precision on one replica of several GPUs. */
  setups: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        gpusPerReplica: Positive,
        /** Of weights; a fifth more is needed for the context of requests at least. */
        weightsGb: sourced(Positive),
        gpuMemoryGb: sourced(Positive),
        /** Of a replica under load: prompts are read much faster than answers are written. */
        inputTokensPerS: sourced(Positive),
        outputTokensPerS: sourced(Positive),
      }),
    )
    .min(1),
  hosts: z
    .array(z.strictObject({ name: z.string().min(1), microUsdPerGpuHour: sourced(Positive) }))
    .min(1),
  /** Of the GPU time that is paid for: work, averaged over the month, at most. */
  utilisationBasisPoints: sourced(Positive.max(10_000)),
  /** How much busier the busiest hour is than the average, in hundredths. */
  peakE2: sourced(Positive),
  /** Fewer would be down during every update. */
  replicasMin: sourced(Positive),
  staffMicroUsdPerMonth: sourced(Nonnegative),
})
export type TcoInputs = z.infer<typeof TcoInputs>

/** A month of real traffic. */
export type Traffic = {
  readonly inputTokens: bigint
  /** Read from a provider's cache: billed at a discount there; here they count as input, unless the own cache has them, too. */
  readonly cachedInputTokens: bigint
  readonly outputTokens: bigint
  /** What it cost by API. */
  readonly apiPicoUsd: bigint
}

export type TcoLine = {
  readonly host: string
  readonly setup: string
  readonly fits: boolean
  readonly replicas: bigint
  readonly gpus: bigint
  readonly selfPicoUsdPerMonth: bigint
  readonly selfPicoUsdPerMTok: bigint
  readonly apiPicoUsdPerMTok: bigint
  /** How many times today's traffic, in hundredths, self-hosting starts to be cheaper at; null: not within 1,000 times. */
  readonly breakEvenE2: bigint | null
}

export type Tco = {
  readonly lines: readonly TcoLine[]
  /** Cost by month at multiples of today's traffic, of the cheapest line. */
  readonly curve: readonly {
    readonly timesE2: bigint
    readonly apiPicoUsd: bigint
    readonly selfPicoUsd: bigint
  }[]
  /** The cheapest line with one input changed. */
  readonly sensitivity: readonly { readonly change: string; readonly line: TcoLine }[]
}

const HOURS_PER_MONTH = 730n
const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600n
const PICO_PER_MICRO = 1_000_000n
const TIMES_MAX_E2 = 100_000n

/** Self-host or API? A calculator over stated inputs, not a claim. */
export function tcoOf(traffic: Traffic, inputs: TcoInputs): Tco {
  const lines = inputs.hosts.flatMap((host) =>
    inputs.setups.map((setup) => lineOf(traffic, inputs, host, setup)),
  )
  const best = lines
    .filter(({ fits }) => fits)
    .toSorted((a, b) => (a.selfPicoUsdPerMonth < b.selfPicoUsdPerMonth ? -1 : 1))[0]
  return {
    lines,
    curve: best === undefined ? [] : curveOf(traffic, inputs, best),
    sensitivity: best === undefined ? [] : sensitivityOf(traffic, inputs, best),
  }
}

type Host = TcoInputs['hosts'][number]
type Setup = TcoInputs['setups'][number]

function lineOf(traffic: Traffic, inputs: TcoInputs, host: Host, setup: Setup): TcoLine {
  const tokens = traffic.inputTokens + traffic.cachedInputTokens + traffic.outputTokens
  const replicas = replicasFor(traffic, inputs, setup, 100n)
  const picoUsd = costOfReplicas(replicas, inputs, host, setup)
  const perMTok = (cost: bigint): bigint =>
    tokens === 0n ? 0n : divideRounded(cost * 1_000_000n, tokens)
  const memory = setup.gpusPerReplica * setup.gpuMemoryGb.value
  return {
    host: host.name,
    setup: setup.name,
    fits: memory * 10 >= setup.weightsGb.value * 12,
    replicas,
    gpus: replicas * BigInt(setup.gpusPerReplica),
    selfPicoUsdPerMonth: picoUsd,
    selfPicoUsdPerMTok: perMTok(picoUsd),
    apiPicoUsdPerMTok: perMTok(traffic.apiPicoUsd),
    breakEvenE2: breakEven(traffic, inputs, host, setup),
  }
}

/** Replicas for the busiest hour, at the utilisation that can be kept up. */
function replicasFor(traffic: Traffic, inputs: TcoInputs, setup: Setup, timesE2: bigint): bigint {
  const { inputTokens, cachedInputTokens, outputTokens } = traffic
  const read = ceil(
    (inputTokens + cachedInputTokens) * timesE2,
    100n * BigInt(setup.inputTokensPerS.value),
  )
  const written = ceil(outputTokens * timesE2, 100n * BigInt(setup.outputTokensPerS.value))
  const busySeconds = ceil((read + written) * BigInt(inputs.peakE2.value), 100n)
  const usable = (SECONDS_PER_MONTH * BigInt(inputs.utilisationBasisPoints.value)) / 10_000n
  const needed = ceil(busySeconds, usable)
  const least = BigInt(inputs.replicasMin.value)
  return needed > least ? needed : least
}

/** What replicas and the people cost in a month. */
function costOfReplicas(replicas: bigint, inputs: TcoInputs, host: Host, setup: Setup): bigint {
  const gpuHours = replicas * BigInt(setup.gpusPerReplica) * HOURS_PER_MONTH
  const hardware = gpuHours * BigInt(host.microUsdPerGpuHour.value)
  return (hardware + BigInt(inputs.staffMicroUsdPerMonth.value)) * PICO_PER_MICRO
}

const ceil = (a: bigint, b: bigint): bigint => (a + b - 1n) / b

/**
 * Hosting costs rise in steps of a replica. For each number of replicas there is one multiple at which the API costs as
 * much; it counts if those replicas can serve it.
 */
function breakEven(traffic: Traffic, inputs: TcoInputs, host: Host, setup: Setup): bigint | null {
  if (traffic.apiPicoUsd <= 0n) return null
  let replicas = BigInt(inputs.replicasMin.value)
  for (;;) {
    const cost = costOfReplicas(replicas, inputs, host, setup)
    const timesE2 = ceil(cost * 100n, traffic.apiPicoUsd)
    if (timesE2 > TIMES_MAX_E2) return null
    const needed = replicasFor(traffic, inputs, setup, timesE2)
    if (needed <= replicas) return timesE2
    replicas = needed
  }
}

const TIMES_E2 = [10n, 25n, 50n, 100n, 200n, 500n, 1000n, 2500n, 10_000n]

function curveOf(traffic: Traffic, inputs: TcoInputs, best: TcoLine): Tco['curve'] {
  const [host, setup] = partsOf(inputs, best)
  return TIMES_E2.map((timesE2) => ({
    timesE2,
    apiPicoUsd: (traffic.apiPicoUsd * timesE2) / 100n,
    selfPicoUsd: costOfReplicas(replicasFor(traffic, inputs, setup, timesE2), inputs, host, setup),
  }))
}

function partsOf(inputs: TcoInputs, line: TcoLine): readonly [Host, Setup] {
  const host = inputs.hosts.find(({ name }) => name === line.host)
  const setup = inputs.setups.find(({ name }) => name === line.setup)
  if (host === undefined || setup === undefined)
    throw new RangeError('a line is made of the inputs')
  return [host, setup]
}

const times = (value: number, hundredths: number): number =>
  Math.max(1, Math.round((value * hundredths) / 100))

/** Which input decides: each one made half as large and twice as large. */
function sensitivityOf(traffic: Traffic, inputs: TcoInputs, best: TcoLine): Tco['sensitivity'] {
  const [host, setup] = partsOf(inputs, best)
  return [50, 200].flatMap((by) => {
    const change = (name: string): string => `${name} × ${by / 100}`
    const scaled = <T extends { readonly value: number }>(input: T): T => ({
      ...input,
      value: times(input.value, by),
    })
    const utilisation = {
      ...inputs.utilisationBasisPoints,
      value: Math.min(10_000, times(inputs.utilisationBasisPoints.value, by)),
    }
    const speed = {
      ...setup,
      inputTokensPerS: scaled(setup.inputTokensPerS),
      outputTokensPerS: scaled(setup.outputTokensPerS),
    }
    const price = { ...host, microUsdPerGpuHour: scaled(host.microUsdPerGpuHour) }
    return [
      { change: change('GPU price'), line: lineOf(traffic, inputs, price, setup) },
      { change: change('tokens per second'), line: lineOf(traffic, inputs, host, speed) },
      {
        change: change('utilisation'),
        line: lineOf(traffic, { ...inputs, utilisationBasisPoints: utilisation }, host, setup),
      },
      {
        change: change('staff'),
        line: lineOf(
          traffic,
          { ...inputs, staffMicroUsdPerMonth: scaled(inputs.staffMicroUsdPerMonth) },
          host,
          setup,
        ),
      },
      {
        change: change('API price'),
        line: lineOf(
          { ...traffic, apiPicoUsd: (traffic.apiPicoUsd * BigInt(by)) / 100n },
          inputs,
          host,
          setup,
        ),
      },
    ]
  })
}
