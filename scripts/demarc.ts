/** A subcommand. `run` answers the exit code: 0 holds, 1 does not hold, 2 cannot run. */
export type Command = {
  readonly usage: string
  readonly run: (args: readonly string[]) => Promise<number>
}

/** Loaded when called for, so that one command does not pay for the others. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  admin: async () => (await import('./commands/admin.ts')).adminCommand,
  audit: async () => (await import('./commands/audit.ts')).auditCommand,
  classify: async () => (await import('./commands/classify.ts')).classifyCommand,
  decide: async () => (await import('./commands/decide.ts')).decideCommand,
  eval: async () => (await import('./commands/eval.ts')).evalCommand,
  key: async () => (await import('./commands/key.ts')).keyCommand,
  ledger: async () => (await import('./commands/ledger.ts')).ledgerCommand,
  policy: async () => (await import('./commands/policy.ts')).policyCommand,
  price: async () => (await import('./commands/price.ts')).priceCommand,
  redact: async () => (await import('./commands/redact.ts')).redactCommand,
  retention: async () => (await import('./commands/retention.ts')).retentionCommand,
  simulate: async () => (await import('./commands/simulate.ts')).simulateCommand,
  train: async () => (await import('./commands/train.ts')).trainCommand,
  tco: async () => (await import('./commands/tco.ts')).tcoCommand,
  transcode: async () => (await import('./commands/transcode.ts')).transcodeCommand,
}

const list = (): string =>
  [
    'usage: npm run -s demarc -- COMMAND [options]',
    '',
    `commands: ${Object.keys(COMMANDS).toSorted().join(', ')}`,
    '',
    'COMMAND --help explains one. Exit: 0 holds, 1 does not hold, 2 cannot run.',
  ].join('\n')

/** Runs the command that `args` name and answers its exit code. */
export async function dispatch(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === '--help' || name === '-h' || name === 'help') {
    console.log(list())
    return 0
  }
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (load === undefined) {
    console.error(name === undefined ? list() : `${name}: no such command\n\n${list()}`)
    return 2
  }
  const command = await load()
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(command.usage)
    return 0
  }
  try {
    return await command.run(rest)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return 2
  }
}

if (import.meta.main) process.exitCode = await dispatch(process.argv.slice(2))
