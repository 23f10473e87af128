import { EVENT_STREAM_TYPE, openEventStream, pushAsSse } from '../encoding/event-stream-sse.ts'

/** The body of a stream as a web event stream, whatever its framing. A message that was cut off is left out. */
export function sseBody({ body, headers }: Response): ReadableStream<Uint8Array> | null {
  const isEventStream = headers.get('content-type')?.startsWith(EVENT_STREAM_TYPE) ?? false
  if (body === null || !isEventStream) return body
  const encoder = new TextEncoder()
  let state = openEventStream()
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const [next, text] = pushAsSse(state, chunk)
        state = next
        if (text !== '') controller.enqueue(encoder.encode(text))
      },
    }),
  )
}
