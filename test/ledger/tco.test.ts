import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { Finance } from '../../src/ledger/finance.ts'
import { tcoOf, TcoInputs } from '../../src/ledger/tco.ts'

const policy = async (name: string): Promise<unknown> =>
  parse(await readFile(join(import.meta.dirname, '../../policies', name), 'utf8'))

const of = <T>(value: T) => ({ value, source: 'test' })
const INPUTS: TcoInputs = {
  setups: [
    {
      name: 'one',
      gpusPerReplica: 1,
      weightsGb: of(44),
      gpuMemoryGb: of(80),
      inputTokensPerS: of(1_000_000_000),
      outputTokensPerS: of(1000),
    },
    {
      name: 'too large',
      gpusPerReplica: 1,
      weightsGb: of(140),
      gpuMemoryGb: of(80),
      inputTokensPerS: of(1),
      outputTokensPerS: of(1),
    },
  ],
  hosts: [{ name: 'rented', microUsdPerGpuHour: of(2_000_000) }],
  utilisationBasisPoints: of(5000),
  peakE2: of(100),
  replicasMin: of(1),
  staffMicroUsdPerMonth: of(0),
}
/** 1,314 million tokens are what a replica writes in a month at 50 %. */
const FULL = {
  inputTokens: 0n,
  cachedInputTokens: 0n,
  outputTokens: 1_314_000_000n,
  apiPicoUsd: 2920n * 10n ** 12n,
}

test('a replica costs its hours, and the tokens of a month share them', () => {
  const [line] = tcoOf(FULL, INPUTS).lines
  expect(line).toMatchObject({ replicas: 1n, fits: true, selfPicoUsdPerMonth: 1460n * 10n ** 12n })
  expect(line?.selfPicoUsdPerMTok).toBe(1_111_111_111_111n)
})

test('one token more needs another replica', () => {
  expect(
    tcoOf({ ...FULL, outputTokens: FULL.outputTokens + 1000n }, INPUTS).lines[0]?.replicas,
  ).toBe(2n)
})

test('so many replicas there are at least', () => {
  expect(
    tcoOf({ ...FULL, outputTokens: 1n }, { ...INPUTS, replicasMin: of(3) }).lines[0]?.replicas,
  ).toBe(3n)
})

test('break-even is where the replica costs what the API does', () => {
  expect(tcoOf(FULL, INPUTS).lines[0]?.breakEvenE2).toBe(50n)
  expect(tcoOf({ ...FULL, apiPicoUsd: 1n }, INPUTS).lines[0]?.breakEvenE2).toBeNull()
})

test('weights that do not fit into the memory are shown, and never the cheapest', () => {
  const { lines, sensitivity } = tcoOf(FULL, INPUTS)
  expect(lines.map(({ fits }) => fits)).toEqual([true, false])
  expect(new Set(sensitivity.map(({ line }) => line.setup))).toEqual(new Set(['one']))
})

test('a dearer GPU moves break-even up, a faster one never', () => {
  const by = new Map(
    tcoOf(FULL, INPUTS).sensitivity.map(({ change, line }) => [change, line.breakEvenE2]),
  )
  expect(by.get('GPU price × 2')).toBe(100n)
  expect(by.get('GPU price × 0.5')).toBe(25n)
  expect(by.get('tokens per second × 2')).toBe(50n)
})

test('the shipped inputs fit, and every figure says where it is from', async () => {
  expect(TcoInputs.safeParse(await policy('tco.yaml')).error).toBeUndefined()
  expect(Finance.safeParse(await policy('finance.yaml')).error).toBeUndefined()
})
