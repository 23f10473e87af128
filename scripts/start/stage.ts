import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { localLoginValue } from '../../src/access/local-login.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { SIMULATED_IDS, startFleet, type Fleet } from '../../test/upstreams/fleet.ts'
import { bundleWorker } from '../lib/bundle.ts'
import { readDevVars, type Vars } from '../lib/dev-vars.ts'
import { prefixOf, startLocal, type Local } from '../lib/local.ts'
import { DEV_VARS_FILE, STATE_DIRECTORY } from '../lib/paths.ts'
import { putPolicy, readPolicies, readyKey } from '../lib/seed.ts'
import { removeServerNote, runningServer, writeServerNote } from '../lib/server-note.ts'
import type { StartArguments } from './arguments.ts'
import { probe } from './probe.ts'
import { chooseProviders, type Provider } from './providers.ts'

/** Everything that runs: the Worker, the simulations, and what they were set up with. */
export type Stage = {
  readonly local: Local
  readonly bundle: Bundle
  readonly providers: readonly Provider[]
  readonly key: string
  /** Opens the console, once. */
  readonly loginUrl: string
  readonly close: () => Promise<void>
}

/**
 * Sets the stage: storage under `.demarc/`, migrated and seeded, with simulations for what is not real.
 *
 * @throws with a message for the person at the terminal.
 */
export async function setStage({ port, probes }: StartArguments): Promise<Stage> {
  const running = await runningServer(STATE_DIRECTORY)
  if (running !== undefined) {
    throw new Error(`Demarc already runs at ${running.url} (process ${running.pid}): stop it first`)
  }
  if (port !== undefined && port !== 0) await checkPort(port)
  const vars = readDevVars(DEV_VARS_FILE)
  if (!vars.ok) throw new Error(vars.error)
  const [bundle, found, script] = await Promise.all([
    readPolicies(),
    probes ? probe() : {},
    bundleWorker(),
  ])
  const providers = chooseProviders(bundle, vars.value, found)
  const simulated = SIMULATED_IDS.filter((id) => kindOf(providers, id) === 'simulated')
  const fleet = await startFleet({ only: simulated })
  try {
    const code = randomBytes(32).toString('base64url')
    const signingKey = randomBytes(32).toString('base64url')
    const withLogin = { ...vars.value, LOCAL_LOGIN: localLoginValue(code, signingKey, Date.now()) }
    const local = await openLocal(fleet, providers, withLogin, script, port)
    const close = async (): Promise<void> => {
      removeServerNote(STATE_DIRECTORY)
      await local.close()
      await fleet.close()
    }
    try {
      writeServerNote(STATE_DIRECTORY, { url: local.url, pid: process.pid })
      await putPolicy(local.admin, bundle)
      const key = await readyKey(local, STATE_DIRECTORY)
      const loginUrl = `${local.url}/admin/login?code=${code}`
      return { local, bundle, providers, key, loginUrl, close }
    } catch (error) {
      await close()
      throw error
    }
  } catch (error) {
    await fleet.close()
    throw error
  }
}

const kindOf = (providers: readonly Provider[], id: string): Provider['kind'] | undefined =>
  providers.find((provider) => provider.id === id)?.kind

async function openLocal(
  fleet: Fleet,
  providers: readonly Provider[],
  vars: Vars,
  script: string,
  port: number | undefined,
): Promise<Local> {
  const { 'workers-ai': aiUrl, ...simulatedUrls } = fleet.urls
  const foundUrls = Object.fromEntries(
    providers.flatMap((provider) =>
      provider.kind === 'real' && provider.url !== undefined ? [[provider.id, provider.url]] : [],
    ),
  )
  return await startLocal({
    destinationUrls: { ...simulatedUrls, ...foundUrls },
    destinationKeys: fleet.keys,
    persist: STATE_DIRECTORY,
    vars: withoutSimulated(vars, fleet),
    script,
    ...(aiUrl === undefined ? {} : { aiUrl }),
    ...(port === undefined ? {} : { port }),
  })
}

/** A URL in .dev.vars must not draw a simulation's traffic out of the machine. */
function withoutSimulated(vars: Vars, fleet: Fleet): Vars {
  const isSimulated = (name: string): boolean =>
    Object.keys(fleet.urls).some((id) => name.startsWith(`${prefixOf(id)}_`))
  return Object.fromEntries(Object.entries(vars).filter(([name]) => !isSimulated(name)))
}

async function checkPort(port: number): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const other = `"npm start -- --port ${port + 1}"`
      const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code})`
      reject(new Error(`port ${port} ${why}: stop what uses it, or run ${other}`))
    })
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
  })
}
