import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { workerdPids } from '../bench/cpu.ts'
import { startLocal, type Local } from '../lib/local.ts'
import { createKey, putPolicy, readPolicies } from '../lib/seed.ts'

/**
 * What a slow reader of a long stream costs in memory: an upstream that offers 100 MB as fast as it is taken, a client that
 * reads 1 MB a second, and the memory of the workerd process in between.
 *
 *     node scripts/measure/backpressure.ts [seconds]
 */

const STREAM_BYTES = 100_000_000
const READ_BYTES_PER_S = 1_000_000
const TICKS_PER_S = 20
const SECONDS = Number(process.argv[2] ?? 12)

const TEXT = 'word '.repeat(200)
const frame = (choices: unknown[]): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`
const FRAME = frame([{ index: 0, delta: { content: TEXT }, finish_reason: null }])

/** Bytes that the upstream has got rid of in the stream under way. */
let taken = 0

async function offer(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  taken = 0
  while (taken < STREAM_BYTES && !response.destroyed) {
    taken += FRAME.length
    if (!response.write(FRAME)) {
      await Promise.race([once(response, 'drain'), once(response, 'close')])
    }
  }
  response.end('data: [DONE]\n\n')
}

async function startUpstream(): Promise<{ server: Server; url: string }> {
  const server = createServer((incoming, response) => {
    incoming.resume().once('end', () => void offer(response))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { server, url: `http://127.0.0.1:${address.port}/v1` }
}

const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

type Way = { readonly name: string; readonly path: string; readonly body: object }

const chat = { model: 'vllm/qwen3-30b-a3b-2507', stream: true, max_tokens: 2000 }
const messages = [{ role: 'user', content: 'Go on.' }]
const WAYS: readonly Way[] = [
  {
    name: 'bytes pass',
    path: '/v1/chat/completions',
    body: { ...chat, messages, stream_options: { include_usage: true } },
  },
  { name: 'usage is taken out', path: '/v1/chat/completions', body: { ...chat, messages } },
  { name: 'another wire', path: '/v1/messages', body: { ...chat, messages } },
]

/** Reads slowly for a while, then leaves. */
async function read(local: Local, key: string, { path, body }: Way, pid: number): Promise<string> {
  const before = residentBytes(pid)
  let most = before
  let got = 0
  const sent = request(local.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  })
  sent.end(JSON.stringify(body))
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', (incoming) => {
      if (incoming.statusCode === 200) resolve(incoming)
      else reject(new Error(`answered ${incoming.statusCode}`))
    })
    sent.once('error', reject)
  })
  response.pause()
  for (let tick = 0; tick < SECONDS * TICKS_PER_S; tick++) {
    for (let left = READ_BYTES_PER_S / TICKS_PER_S; left > 0;) {
      const chunk = response.read(Math.min(left, response.readableLength) || undefined)
      if (!Buffer.isBuffer(chunk)) break
      got += chunk.length
      left -= chunk.length
    }
    most = Math.max(most, residentBytes(pid))
    await setTimeout(1000 / TICKS_PER_S)
  }
  const ahead = taken
  sent.destroy()
  await setTimeout(2000)
  return [got, ahead, before, most, most - before].map(inMb).join(' | ')
}

const inMb = (bytes: number): string => (bytes / 1e6).toFixed(1)

async function main(): Promise<void> {
  const { server, url } = await startUpstream()
  const before = workerdPids()
  const local = await startLocal({ destinationUrls: { vllm: url }, direct: true })
  const pid = [...workerdPids()].find((each) => !before.has(each))
  if (pid === undefined) throw new Error('no workerd process was started')
  await putPolicy(local.admin, await readPolicies())
  const key = await createKey(local.admin, { team: 'bench', app: 'bench', purpose: 'general' })
  console.log(
    `A client that reads ${inMb(READ_BYTES_PER_S)} MB/s for ${SECONDS} s; figures in MB.\n`,
  )
  console.log('| | read | taken from the upstream | RSS before | RSS at most | growth |')
  console.log('|---|---|---|---|---|---|')
  for (const way of WAYS) console.log(`| ${way.name} | ${await read(local, key, way, pid)} |`)
  server.closeAllConnections()
  server.close()
  await local.close()
}

await main()
