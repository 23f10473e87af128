import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { findLlama, LLAMA_DIRECTORY } from './find-llama.ts'

/**
 * Fetches a real llama-server for the tests: Debian's package and the libraries it wants, unpacked into a folder of
 * their own (51 MB). Nothing is installed, and no rights are needed.
 */

const PACKAGES = [
  'llama.cpp-tools',
  'libllama0',
  'libggml0',
  'libc6',
  'libgcc-s1',
  'libstdc++6',
  'libgomp1',
  'libssl3t64',
  'zlib1g',
  'libzstd1',
]

/** Debian's stable suites have no llama.cpp. */
const SUITE = 'sid'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const LIBRARIES = 'usr/lib/x86_64-linux-gnu'
const FETCH_TIMEOUT_MS = 120_000

/** The Debian archive that this machine is configured with. */
function archive(): string {
  const folder = '/etc/apt/sources.list.d'
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  for (const file of ['/etc/apt/sources.list', ...files]) {
    if (!existsSync(file)) continue
    const lines = readFileSync(file, 'utf8').replaceAll(/^\s*#.*$/gm, '')
    const found = /\bhttps?:\/\/\S+\/debian\/?(?=\s)/.exec(lines)
    if (found !== null) return found[0]
  }
  throw new Error('no Debian archive is configured under /etc/apt')
}

function fetchPackages(into: string): void {
  const lists = join(into, 'lists')
  mkdirSync(join(lists, 'partial'), { recursive: true })
  mkdirSync(join(into, 'cache/archives/partial'), { recursive: true })
  const source = join(into, 'sources.list')
  writeFileSync(source, `deb [signed-by=${KEYRING}] ${archive()} ${SUITE} main\n`)
  const settings = [
    `Dir::Etc::sourcelist=${source}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${lists}`,
    'Dir::State::status=/dev/null',
    `Dir::Cache=${join(into, 'cache')}`,
    'APT::Architecture=amd64',
    'APT::Sandbox::User=root', // another user could not write into the folder
  ].flatMap((setting) => ['-o', setting])
  const run = (...args: string[]): void => {
    execFileSync('apt-get', ['-qq', ...settings, ...args], {
      cwd: into,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: FETCH_TIMEOUT_MS,
    })
  }
  run('update')
  run('download', ...PACKAGES)
  for (const name of readdirSync(into).filter((file) => file.endsWith('.deb'))) {
    execFileSync('dpkg-deb', ['-x', join(into, name), join(into, 'root')])
    rmSync(join(into, name))
  }
  for (const name of ['lists', 'cache']) rmSync(join(into, name), { recursive: true })
}

/** A command that runs the server on its own libraries, whatever the machine's are. */
function writeCommand(directory: string): string {
  const command = join(directory, 'llama-server')
  writeFileSync(
    command,
    `#!/bin/sh
root="$(dirname "$(readlink -f "$0")")/root"
lib="$root/${LIBRARIES}"
export GGML_BACKEND_PATH="\${GGML_BACKEND_PATH:-$lib/ggml/backends0/libggml-cpu-x64.so}"
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib:$lib/llama:$lib/ggml/backends0" "$root/usr/bin/llama-server" "$@"
`,
  )
  chmodSync(command, 0o755)
  return command
}

const versionOf = (command: string): string => {
  const said = execFileSync('/bin/sh', ['-c', '"$0" --version 2>&1', command], { encoding: 'utf8' })
  return /version: (.*)/.exec(said)?.[1] ?? 'of unknown version'
}

function prepare(): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('Debian’s package is fetched for Linux on x64 only: set LLAMA_SERVER instead')
  }
  const fresh = `${LLAMA_DIRECTORY}.${process.pid}`
  try {
    mkdirSync(fresh, { recursive: true })
    fetchPackages(fresh)
    versionOf(writeCommand(fresh))
    rmSync(LLAMA_DIRECTORY, { recursive: true, force: true })
    renameSync(fresh, LLAMA_DIRECTORY)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return join(LLAMA_DIRECTORY, 'llama-server')
}

try {
  const command = findLlama() ?? prepare()
  console.log(`llama-server ${versionOf(command)} at ${command}`)
} catch (error) {
  console.error(`no llama-server: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
