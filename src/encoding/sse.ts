/** A frame of an event stream: `data` is whole, its lines joined by newlines. */
export type SseFrame = { readonly event: string | undefined; readonly data: string }

/** An event stream being read. Nothing is mutated: `pushSse` answers the next state. */
export type SseState = {
  /** The line that has not ended yet. */
  readonly line: string
  readonly event: string | undefined
  readonly data: string | undefined
  /** The last character was a CR, so that an LF now belongs to it. */
  readonly afterCr: boolean
  readonly started: boolean
  /** A frame was longer than SSE_FRAME_MAX: the stream is not read any further. */
  readonly overflowed: boolean
}

/** UTF-16 code units of one frame. A reply's largest legitimate frame is an image or a sound in base64. */
export const SSE_FRAME_MAX = 8 * 1024 * 1024

const START: SseState = {
  line: '',
  event: undefined,
  data: undefined,
  afterCr: false,
  started: false,
  overflowed: false,
}

export const openSse = (): SseState => START

const LINE_END = /[\r\n]/g

/**
 * Reads on. Follows the HTML standard's "parsing an event stream": lines end with CR, LF or CRLF, comments are
 * ignored, a frame without data is none.
 */
export function pushSse(state: SseState, text: string): readonly [SseState, readonly SseFrame[]] {
  if (state.overflowed || text === '') return [state, []]
  const frames: SseFrame[] = []
  let { line, event, data, afterCr } = state
  let at = state.started || text.charCodeAt(0) !== 0xfeff ? 0 : 1
  for (;;) {
    if (afterCr && at < text.length) {
      if (text.charCodeAt(at) === 0x0a) at++
      afterCr = false
    }
    LINE_END.lastIndex = at
    const match = LINE_END.exec(text)
    line += text.slice(at, match?.index)
    if (line.length + (data?.length ?? 0) > SSE_FRAME_MAX) {
      return [{ ...START, started: true, overflowed: true }, frames]
    }
    if (match === null) break
    at = match.index + 1
    afterCr = text.charCodeAt(match.index) === 0x0d
    if (line === '') {
      if (data !== undefined && data !== '') frames.push({ event, data })
      event = undefined
      data = undefined
    } else if (line.startsWith('data')) {
      const value = fieldValue(line, 4)
      if (value !== undefined) data = data === undefined ? value : `${data}\n${value}`
    } else if (line.startsWith('event')) event = fieldValue(line, 5) ?? event
    line = ''
  }
  return [{ line, event, data, afterCr, started: true, overflowed: false }, frames]
}

/** True if the stream ended inside a frame: what was left of it is lost. */
export const endSse = (state: SseState): boolean =>
  state.overflowed || state.line !== '' || state.data !== undefined

/** One frame as text. */
export const renderSse = (data: string, event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${data.replaceAll('\n', '\ndata: ')}\n\n`

/** What follows the colon after a field's name; undefined if the line is of another, longer field. */
function fieldValue(line: string, nameLength: number): string | undefined {
  if (line.length === nameLength) return ''
  if (line.charCodeAt(nameLength) !== 0x3a) return undefined
  return line.slice(nameLength + (line.charCodeAt(nameLength + 1) === 0x20 ? 2 : 1))
}
