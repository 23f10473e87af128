import { once } from 'node:events'
import { parseStartArguments } from './start/arguments.ts'
import { banner, howToUse } from './start/banner.ts'
import { postedFor, recordedAmong, verifyBooks } from './start/books.ts'
import { SAMPLES } from './start/samples.ts'
import { sendSamples } from './start/send-samples.ts'
import { setStage, type Stage } from './start/stage.ts'
import { deviation, renderTable } from './start/table.ts'

/** Node's major version that the scripts are written for. */
const NODE_MAJOR_MIN = 24

/** Answers the exit code: 0 all as expected, 1 a route or the ledger is not, 2 it cannot run. */
async function start(args: readonly string[]): Promise<number> {
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
    console.error(
      `this is Node ${process.versions.node}: run "npm start", which brings Node 24 along`,
    )
    return 2
  }
  const parsed = parseStartArguments(args, process.env)
  if (!parsed.ok) {
    console.error(parsed.error)
    return 2
  }
  const startedMs = performance.now()
  const stage = await setStage(parsed.value)
  try {
    console.log(banner(stage.providers))
    const code = await showSamples(stage)
    const tookS = ((performance.now() - startedMs) / 1000).toFixed(1)
    console.log(`\nready in ${tookS} s`)
    if (parsed.value.once) return code
    const stopped = untilStopped()
    console.log(howToUse(stage.local.url, stage.key, stage.loginUrl))
    await stopped
    console.log('\nstopping')
    return 0
  } finally {
    await stage.close()
  }
}

/** Miniflare ends the process on these signals; here they end the exchange with it in order. */
async function untilStopped(): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.removeAllListeners(signal)
  await Promise.race(signals.map((signal) => once(process, signal)))
}

async function showSamples({ local, bundle, key }: Stage): Promise<number> {
  const outcomes = await sendSamples(local, key, SAMPLES)
  const verified = await verifyBooks(local)
  const decisions = outcomes.map(({ decision }) => decision)
  const posted = await postedFor(local, decisions)
  const recorded = await recordedAmong(local, decisions)
  console.log(renderTable(outcomes, posted))
  const zones = new Map(bundle.destinations.map(({ id, facts }) => [id, facts.zone.value]))
  const deviations = outcomes.flatMap((outcome) => deviation(outcome, (id) => zones.get(id)) ?? [])
  const missing = outcomes.filter(({ decision }) => !recorded.has(decision))
  const problems = [
    ...deviations,
    ...missing.map(({ sample }) => `${sample.name}: not in the ledger`),
    ...verified.findings.map(({ check, problem }) => `ledger ${check}: ${problem}`),
  ]
  const books = verified.holds ? 'agrees with the journal' : 'does not agree with the journal'
  console.log(`\nledger: ${verified.entries} entries, ${books}`)
  for (const problem of problems) console.error(problem)
  return problems.length === 0 && verified.holds ? 0 : 1
}

// `npm start | head` closes the pipe early; that must not end the process before it has tidied up.
process.stdout.on('error', () => {})

try {
  process.exitCode = await start(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
