import { createServer } from 'node:http'

/** A stand-in for a model server: canned replies, as little work as possible, so that the proxies are what is measured. */

const STREAM_CHUNKS = 24
/** For whoever allows at least so many tokens, so that the cost of a chunk can be told from that of a request. */
const LONG_FROM_TOKENS = 1_000
const LONG_CHUNKS = 224

const usage = { prompt_tokens: 400, completion_tokens: STREAM_CHUNKS, total_tokens: 424 }
const head = { id: 'chatcmpl-bench', created: 1_790_000_000, model: 'bench' }

const WHOLE = JSON.stringify({
  ...head,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'word '.repeat(STREAM_CHUNKS), refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage,
})

const chunk = (choices: unknown[], extra = {}): string =>
  `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...extra })}\n\n`
const delta = (content: object, finish: string | null = null): string =>
  chunk([{ index: 0, delta: content, logprobs: null, finish_reason: finish }])

const framesOf = (count: number): string[] => [
  delta({ role: 'assistant', content: '' }),
  ...Array.from({ length: count }, () => delta({ content: 'word ' })),
  delta({}, 'stop'),
  chunk([], { usage }),
  'data: [DONE]\n\n',
]
const SHORT = framesOf(STREAM_CHUNKS)
const LONG = framesOf(LONG_CHUNKS)
const TOKENS_MAX = /"max_(?:completion_)?tokens":(\d+)/

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const body = Buffer.concat(parts).toString()
    if (!body.includes('"stream":true')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(WHOLE)
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const frames = Number(TOKENS_MAX.exec(body)?.[1] ?? 0) < LONG_FROM_TOKENS ? SHORT : LONG
    // One write a turn of the event loop, so that frames travel apart, as a model's do.
    const send = (at: number): void => {
      const frame = frames[at]
      if (frame === undefined) response.end()
      else response.write(frame, () => setImmediate(send, at + 1))
    }
    send(0)
  })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') process.send?.(address.port)
})
process.on('disconnect', () => process.exit(0))
