import { SSE_FRAME_MAX, type SseFrame } from './sse.ts'

/** A stream of lines being read, each of them a frame. Nothing is mutated: `pushLines` answers the next state. */
export type LinesState = {
  /** The line that has not ended yet. */
  readonly line: string
  /** A line was longer than SSE_FRAME_MAX: the stream is not read any further. */
  readonly overflowed: boolean
}

export const openLines = (): LinesState => ({ line: '', overflowed: false })

/** Reads on. Lines end with LF or CRLF; empty ones are none, and neither is a byte order mark. */
export function pushLines(
  state: LinesState,
  text: string,
): readonly [LinesState, readonly SseFrame[]] {
  if (state.overflowed || text === '') return [state, []]
  const lines = (state.line + text).split('\n')
  const line = lines.pop() ?? ''
  const frames = lines.flatMap(frameOf)
  if (line.length <= SSE_FRAME_MAX) return [{ line, overflowed: false }, frames]
  return [{ line: '', overflowed: true }, frames]
}

/** A last line that no LF ends; nobody can tell here whether it is whole. */
export const endLines = ({ line }: LinesState): readonly SseFrame[] => frameOf(line)

function frameOf(line: string): SseFrame[] {
  const data = line.replace(/^\uFEFF/, '').trim()
  return data === '' ? [] : [{ event: undefined, data }]
}
