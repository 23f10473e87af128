import {
  openEventStream,
  pushEventStream,
  type EventStreamMessage,
  type EventStreamState,
} from './event-stream.ts'
import { renderSse } from './sse.ts'

/** Media type of AWS's event streams. */
export const EVENT_STREAM_TYPE = 'application/vnd.amazon.eventstream'

const UTF8 = new TextDecoder()

/** What a message of an AWS event stream says, as a frame of a web event stream: the event's type is its name. */
export function frameOf({ headers, payload }: EventStreamMessage): string {
  const data = UTF8.decode(payload)
  switch (headers[':message-type']) {
    case 'event':
      return renderSse(data, headers[':event-type'])
    case 'exception':
      return failure(messageIn(data), headers[':exception-type'])
    default:
      return failure(headers[':error-message'] ?? '', headers[':error-code'])
  }
}

const failure = (message: string, type: string | undefined): string =>
  renderSse(JSON.stringify({ error: { message, type: type ?? 'error' } }), 'error')

/** Exceptions are `{"message": …}`. */
function messageIn(data: string): string {
  try {
    const value: unknown = JSON.parse(data)
    const has = typeof value === 'object' && value !== null && 'message' in value
    return has && typeof value.message === 'string' ? value.message : ''
  } catch {
    return '' // the type of the exception says enough
  }
}

const DAMAGED = failure('a message of the event stream is damaged', 'malformed_frame')

/** Reads an AWS event stream on, and answers the same as text of a web event stream. */
export function pushAsSse(
  state: EventStreamState,
  chunk: Uint8Array,
): readonly [EventStreamState, string] {
  const [next, messages] = pushEventStream(state, chunk)
  const text = messages.map(frameOf).join('')
  return [next, next.isDamaged && !state.isDamaged ? text + DAMAGED : text]
}

export { openEventStream }
