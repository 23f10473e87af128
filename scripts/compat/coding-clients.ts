import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startFleet } from '../../test/upstreams/fleet.ts'
import { startLocal } from '../lib/local.ts'
import { createKey, putPolicy, readPolicies } from '../lib/seed.ts'
import { openRecordingProxy, type Exchange } from './recording-proxy.ts'

/**
 * Runs the command-line clients that people code with, each for two trivial tasks at each of four upstreams, through
 * a local Demarc in front of simulated providers. Their home is empty and vanishes. Usage:
 *
 *     npm install --prefix FOLDER @openai/codex @anthropic-ai/claude-code opencode-ai
 *     node scripts/compat/coding-clients.ts FOLDER [NAME]
 */

type Setting = {
  readonly home: string
  readonly work: string
  readonly url: string
  readonly key: string
  readonly model: string
  readonly task: string
}

type Client = {
  readonly name: string
  readonly command: string
  /** Writes what it needs into its home and answers how to run it. */
  readonly run: (setting: Setting) => {
    readonly args: readonly string[]
    readonly env?: Readonly<Record<string, string>>
  }
}

const MODELS = [
  'openai/gpt-5-nano',
  'anthropic/claude-haiku-4-5',
  'vllm/qwen3-30b-a3b-2507',
  'gemini/gemini-2.5-flash',
]

/** A simulated model calls tools when asked to in this word, with words that do nothing as arguments. */
const TASKS = [
  ['answer', 'Say hi.'],
  ['tools', 'Please call the first tool.'],
] as const

/** Of a model that they do not know, clients ask for 32,000: more than some can write, and Demarc lowers nothing. */
const OUTPUT_TOKENS_MAX = 8000

const TIMEOUT_MS = 90_000
const SHOWN_CHARACTERS = 1500

const CLIENTS: readonly Client[] = [
  {
    name: '@openai/codex',
    command: 'codex',
    run: ({ home, url, key, model, task }) => {
      mkdirSync(join(home, '.codex'), { recursive: true })
      writeFileSync(
        join(home, '.codex/config.toml'),
        [
          `model = "${model}"`,
          'model_provider = "demarc"',
          '[model_providers.demarc]',
          'name = "Demarc"',
          `base_url = "${url}/v1"`,
          'env_key = "DEMARC_KEY"',
          'wire_api = "responses"',
          'request_max_retries = 0',
          'stream_max_retries = 0',
        ].join('\n'),
      )
      return { args: ['exec', '--skip-git-repo-check', task], env: { DEMARC_KEY: key } }
    },
  },
  {
    name: '@anthropic-ai/claude-code',
    command: 'claude',
    run: ({ url, key, model, task }) => ({
      args: ['-p', task, '--model', model],
      env: {
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_AUTH_TOKEN: key,
        ANTHROPIC_SMALL_FAST_MODEL: model,
        ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
        CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(OUTPUT_TOKENS_MAX),
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      },
    }),
  },
  {
    name: 'opencode-ai',
    command: 'opencode',
    run: ({ work, url, key, model, task }) => {
      const provider = {
        npm: '@ai-sdk/openai-compatible',
        options: { baseURL: `${url}/v1`, apiKey: key },
        models: { [model]: { limit: { context: 100_000, output: OUTPUT_TOKENS_MAX } } },
      }
      const small = `demarc/${model}`
      const config = { provider: { demarc: provider }, small_model: small, autoupdate: false }
      writeFileSync(join(work, 'opencode.json'), JSON.stringify(config))
      return { args: ['run', '-m', small, task], env: { OPENCODE_DISABLE_MODELS_FETCH: '1' } }
    },
  },
]

type Ran = { readonly code: number; readonly output: string }

function runIn(
  setting: Setting,
  file: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: setting.home,
    TERM: 'dumb',
    ...more,
  }
  return new Promise((done) => {
    const child = execFile(
      file,
      [...args],
      { cwd: setting.work, env, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' },
      (error, stdout, stderr) =>
        done({ code: error === null ? 0 : 1, output: `${stdout}\n${stderr}` }),
    )
    child.stdin?.end()
  })
}

/** One line for each kind of exchange, most frequent first. */
function summary(exchanges: readonly Exchange[]): string[] {
  const counts = new Map<string, number>()
  for (const { request, status, unsupported, error } of exchanges) {
    const line = [
      `${request} ${status}`,
      ...(unsupported === '' ? [] : [`left out: ${unsupported}`]),
      ...(error === '' ? [] : [error]),
    ].join(' · ')
    counts.set(line, (counts.get(line) ?? 0) + 1)
  }
  return [...counts].map(([line, count]) => `${count} × ${line}`)
}

type Stage = {
  readonly url: string
  readonly key: string
  readonly close: () => Promise<void>
}

/** A whole Demarc in front of simulated providers. */
async function openStage(): Promise<Stage> {
  const fleet = await startFleet()
  const { 'workers-ai': aiUrl, ...destinationUrls } = fleet.urls
  const local = await startLocal({
    destinationUrls,
    destinationKeys: fleet.keys,
    ...(aiUrl === undefined ? {} : { aiUrl }),
  })
  await putPolicy(local.admin, await readPolicies())
  const key = await createKey(local.admin, { team: 'compat', app: 'coding' })
  const close = async (): Promise<void> => {
    await local.close()
    await fleet.close()
  }
  return { url: local.url, key, close }
}

async function tryOne(
  { url, key }: Stage,
  client: Client,
  file: string,
  model: string,
  [name, task]: (typeof TASKS)[number],
): Promise<boolean> {
  const home = mkdtempSync(join(tmpdir(), 'demarc-home-'))
  const work = join(home, 'work')
  mkdirSync(work)
  const proxy = await openRecordingProxy(url)
  try {
    const setting = { home, work, url: proxy.url, key, model, task }
    const { args, env } = client.run(setting)
    const version = await runIn(setting, file, ['--version'])
    const ran = await runIn(setting, file, args, env)
    const wanted = name === 'tools' ? /read \d+ tool result/ : /no model ran/
    const worked = ran.code === 0 && wanted.test(ran.output)
    const number = /\d+\.\d+\.\d+/.exec(version.output)?.[0] ?? '?'
    const end = worked ? 'works' : 'FAILS'
    console.log(`\n${client.name} ${number} at ${model}, ${name}: ${end}`)
    for (const line of summary(proxy.exchanges)) console.log(`  ${line}`)
    if (!worked) console.log(ran.output.slice(-SHOWN_CHARACTERS))
    return worked
  } finally {
    await proxy.close()
    rmSync(home, { recursive: true, force: true })
  }
}

async function main(folder: string, only: string | undefined): Promise<boolean> {
  const stage = await openStage()
  let allWorked = true
  try {
    for (const client of CLIENTS.filter(({ command }) => only === undefined || only === command)) {
      const file = resolve(folder, 'node_modules/.bin', client.command)
      if (!existsSync(file)) {
        console.log(`\n${client.name}: not installed in ${folder}`)
        continue
      }
      for (const model of MODELS) {
        for (const task of TASKS) {
          const worked = await tryOne(stage, client, file, model, task)
          allWorked &&= worked
        }
      }
    }
  } finally {
    await stage.close()
  }
  return allWorked
}

const [folder, only] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: node scripts/compat/coding-clients.ts FOLDER [codex|claude|opencode]')
  process.exitCode = 2
} else {
  process.exitCode = (await main(folder, only)) ? 0 : 1
}
