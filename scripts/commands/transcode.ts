import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import type { Usage } from '../../src/domain/usage.ts'
import { chatSurfaces, transcode, type Transcoded } from '../lib/transcode.ts'
import { wires } from '../../src/wire/index.ts'
import { objectOf, parseObject } from '../../src/wire/read.ts'
import type { Command } from '../demarc.ts'

const CLIENTS = [...chatSurfaces.keys()].join(', ')

const USAGE = `demarc transcode --upstream WIRE --client SURFACE [--stream] [--request FILE] < reply

Shows what a client would get for a recorded reply of an upstream, with fixed ids and time.

  --upstream WIRE   dialect of the reply: ${Object.keys(wires).join(', ')}
  --client SURFACE  dialect of the client: ${CLIENTS}
  --stream          the reply is a stream: event-stream frames, or one JSON event a line
  --request FILE    the client's request, for answers that repeat it; without one, usage and thoughts are told as if asked for

The last line of standard error is {"usage","finish","raw_finish"}. Exit: 0 the reply is whole, 1 it is malformed, cut
off or an error, 2 cannot run.`

/** Thoughts are shown to those who ask for them: here, in the words of Anthropic and of Google. */
const ASKS_FOR_ALL = JSON.stringify({
  thinking: { type: 'adaptive' },
  generationConfig: { thinkingConfig: { includeThoughts: true } },
})

/** Translates one recorded reply. */
export const transcodeCommand: Command = { usage: USAGE, run }

async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      upstream: { type: 'string' },
      client: { type: 'string' },
      stream: { type: 'boolean', default: false },
      request: { type: 'string' },
    },
  })
  const { upstream, client, stream, request } = values
  if (upstream === undefined || !isWireName(upstream)) {
    console.error(`--upstream: one of ${Object.keys(wires).join(', ')}`)
    return 2
  }
  const surface = chatSurfaces.get(client ?? '')
  if (surface === undefined) {
    console.error(`--client: one of ${CLIENTS}`)
    return 2
  }
  const asked = request === undefined ? ASKS_FOR_ALL : readFileSync(request, 'utf8')
  const result = transcode({
    upstream,
    client: surface,
    stream,
    wantsUsage: request === undefined || asksForUsage(asked),
    reply: await text(process.stdin),
    request: asked,
  })
  process.stdout.write(result.text)
  if (result.problem !== undefined) console.error(result.problem)
  console.error(JSON.stringify(summary(result)))
  return result.problem === undefined ? 0 : 1
}

const isWireName = (name: string): name is keyof typeof wires => Object.hasOwn(wires, name)

function asksForUsage(request: string): boolean {
  const body = parseObject(request)
  if (body === undefined) throw new TypeError('--request: the file must hold a JSON object')
  return objectOf(body['stream_options'])['include_usage'] === true
}

const summary = ({ usage, finish, rawFinish }: Transcoded) => ({
  usage: usage === undefined ? null : metersOf(usage),
  finish: finish ?? null,
  raw_finish: rawFinish ?? null,
})

const metersOf = (usage: Usage) => ({
  input: usage.input,
  cached_input: usage.cachedInput,
  cache_write_5m: usage.cacheWrite5m,
  cache_write_1h: usage.cacheWrite1h,
  output: usage.output,
  reasoning: usage.reasoning,
})
