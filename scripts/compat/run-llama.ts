import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scriptedModel, type ScriptedModel } from './scripted-model.ts'

/** A llama-server of this process, with a model that says one thing. */
export type Llama = {
  /** With `/v1`. */
  readonly url: string
  readonly apiKey: string
  readonly close: () => Promise<void>
}

const READY_WITHIN_MS = 20_000
const ASK_EVERY_MS = 25
/** Of what the server writes, so much is shown if it does not start. */
const SHOWN_CHARACTERS = 2000

/** @throws with the server's last words if it does not get ready. */
export async function startLlama(command: string, model: ScriptedModel): Promise<Llama> {
  const directory = await mkdtemp(join(tmpdir(), 'demarc-llama-'))
  const file = join(directory, 'model.gguf')
  await writeFile(file, scriptedModel(model))
  const port = await freePort()
  const apiKey = 'llama-test-key'
  // One thread: two that wait for each other are a hundred times slower on a machine of two cores.
  const args = ['-m', file, '--host', '127.0.0.1', '--port', String(port), '-t', '1', '-np', '1']
  const server = spawn(command, [...args, '--api-key', apiKey, '--alias', model.name], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let words = ''
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-SHOWN_CHARACTERS)
    })
  }
  const close = async (): Promise<void> => {
    await ended(server)
    await rm(directory, { recursive: true, force: true })
  }
  const untilMs = Date.now() + READY_WITHIN_MS
  while (!(await isReady(port))) {
    if (server.exitCode !== null || server.pid === undefined || Date.now() > untilMs) {
      await close()
      throw new Error(`${command} does not get ready:\n${words}`)
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
  }
  return { url: `http://127.0.0.1:${port}/v1`, apiKey, close }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

/** 503 while the model loads. */
const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/health`).then(
    ({ ok }) => ok,
    () => false,
  )

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.pid === undefined) return
  const exit = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGKILL')
  await exit
}
