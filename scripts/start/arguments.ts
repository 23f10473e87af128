import { parseArgs } from 'node:util'
import { err, ok, type Result } from '../../src/domain/result.ts'

export type StartArguments = {
  /** Show the table and exit. */
  readonly once: boolean
  /** Undefined: any free one. */
  readonly port: number | undefined
  readonly probes: boolean
}

const PORT_DEFAULT = 8787

const START_USAGE = `npm start -- [--once] [--port N]

  --once    send the samples, print the table, verify the ledger and exit
  --port N  default: PORT, or else ${PORT_DEFAULT}

DEMARC_NO_PROBE=1 looks for no model servers on this machine.`

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the command line of `npm start`. */
export function parseStartArguments(
  args: readonly string[],
  environment: Environment,
): Result<StartArguments, string> {
  const parsed = parse(args)
  if (!parsed.ok) return parsed
  const { once, port } = parsed.value
  const said = port ?? environment['PORT']
  const isPort = said === undefined || (/^\d{1,5}$/.test(said) && Number(said) <= 65_535)
  if (!isPort) return err(`${port === undefined ? 'PORT' : '--port'}: a number from 0 to 65535`)
  return ok({
    once,
    port: said === undefined ? (once ? undefined : PORT_DEFAULT) : Number(said),
    probes: environment['DEMARC_NO_PROBE'] !== '1',
  })
}

function parse(args: readonly string[]): Result<{ once: boolean; port?: string }, string> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { once: { type: 'boolean', default: false }, port: { type: 'string' } },
    })
    return ok(values)
  } catch (error) {
    return err(`${error instanceof Error ? error.message : String(error)}\n\n${START_USAGE}`)
  }
}
