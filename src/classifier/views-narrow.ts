import { type Pieces, placeIn, STEP, type View } from './view.ts'

/** Characters around what has changed that are read again: farther than detectors look for context. */
const AROUND = 256
/** Windows begin and end at blanks, if one is so near. */
const BLANK_WITHIN = 32
/** Windows that make up more of the text than this are not worth cutting out. */
const SHARE_MAX = 0.6
/** Between windows, so that nothing goes on from one to the next. */
const APART = '\n\n'

type Window = { start: number; end: number }

/** The last of some views, each taken of the one before, without what lies far from all that any of them changed. */
export function narrow(steps: readonly View[]): View | undefined {
  const last = steps.at(-1)
  if (last === undefined) return undefined
  const windows = mergeWindows(
    steps.flatMap((step, index) => changedIn(step, steps.slice(index + 1))),
    last.text,
  )
  const length = windows.reduce((sum, { start, end }) => sum + end - start, 0)
  return length > SHARE_MAX * last.text.length ? last : cutOut(last, windows)
}

/** What a step changed, in places of the last of the steps after it. */
function changedIn({ changes }: View, later: readonly View[]): Window[] {
  const windows: Window[] = []
  for (let index = 0; index + 1 < changes.length; index += 2) {
    const [start, end] = later.reduce(
      ([from, to], step) => [placeIn(step, from), placeIn(step, to)],
      [changes[index] ?? 0, changes[index + 1] ?? 0],
    )
    windows.push({ start, end })
  }
  return windows
}

function mergeWindows(changed: readonly Window[], text: string): Window[] {
  const merged: Window[] = []
  for (const { start, end } of changed.toSorted((a, b) => a.start - b.start)) {
    const window = {
      start: blankBefore(text, Math.max(0, start - AROUND)),
      end: blankBehind(text, Math.min(text.length, end + AROUND)),
    }
    const last = merged.at(-1)
    if (last === undefined || window.start > last.end) merged.push(window)
    else last.end = Math.max(last.end, window.end)
  }
  return merged
}

const isBlank = (code: number): boolean => code <= 0x20

function blankBefore(text: string, at: number): number {
  for (let place = at; place > Math.max(0, at - BLANK_WITHIN); place--) {
    if (isBlank(text.charCodeAt(place - 1))) return place
  }
  return at <= BLANK_WITHIN ? 0 : at
}

function blankBehind(text: string, at: number): number {
  const stop = Math.min(text.length, at + BLANK_WITHIN)
  for (let place = at; place < stop; place++) if (isBlank(text.charCodeAt(place))) return place
  return stop === text.length ? stop : at
}

function cutOut(outer: View, windows: readonly Window[]): View {
  const parts: string[] = []
  const pieces: Pieces = { at: [], from: [], width: [], thirds: [] }
  let length = 0
  for (const { start, end } of windows) {
    pieces.at.push(length)
    pieces.from.push(start)
    pieces.width.push(0)
    pieces.thirds.push(STEP.same)
    parts.push(outer.text.slice(start, end), APART)
    length += end - start + APART.length
  }
  return { text: parts.join(''), pieces, outer, changes: [] }
}
