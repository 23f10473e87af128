import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { MAKER_IDS } from '../upstreams/makers.ts'
import { DRIVERS } from './client-drivers.ts'
import { closeValid, openStage, type Stage } from './harness.ts'
import { MAKER_MODELS, withMakers } from './makers.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage({ makers: MAKER_IDS, policy: withMakers })
})
afterEach(() => stage.fleet.reset())
afterAll(() => closeValid(stage))

const CELLS = DRIVERS.flatMap((driver) =>
  MAKER_MODELS.map(([id, model]) => [driver.name, id, model, driver] as const),
)

describe.each(CELLS)('%s, at %s: %s', (_name, id, model, driver) => {
  test('streams', async () => {
    expect(await driver.stream(stage, model)).toMatch(/^Simulated .* no model ran\.$/)
    expect(stage.fleet.requests.map(({ destination }) => destination)).toEqual([id])
  })

  // Replicate has no words for tools: the request is refused before anything is sent.
  test.runIf(id === 'replicate')('hears that there are no tools', async () => {
    await expect(driver.tools(stage, model)).rejects.toThrow(/no model takes tools here/)
    expect(stage.fleet.requests).toEqual([])
  })

  test.skipIf(id === 'replicate')('calls two tools, and takes their results back', async () => {
    expect(await driver.tools(stage, model)).toContain('read 2 tool results')
  })
})
