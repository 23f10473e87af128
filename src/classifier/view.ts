/** A text read another way, in pieces that each know where they come from. */
export type View = {
  readonly text: string
  readonly pieces: Pieces
  /** What it is a view of, if that is itself a view. */
  readonly outer: View | undefined
  /** Where the view differs from that, as starts and ends in turn; differences close to each other are one. */
  readonly changes: readonly number[]
}

/** Parallel arrays, one place per piece, in order. */
export type Pieces = {
  /** Where the piece begins in the view, and in the text it was taken from. */
  readonly at: number[]
  readonly from: number[]
  /** Length in that text of a piece that was replaced as a whole; 0 for one that keeps step with it. */
  readonly width: number[]
  /** Thirds of a unit of that text for each unit of the view, in a piece that keeps step. */
  readonly thirds: number[]
}

/** Units of the original for each unit of the view, in thirds: as it stands, base64, hexadecimal. */
export const STEP = { same: 3, base64: 4, hex: 6 } as const

/** The span in the first text of a span in the view. */
export function spanOf(view: View, start: number, end: number): readonly [number, number] {
  const from = startOf(view.pieces, start)
  const to = end > start ? endOf(view.pieces, end) : from
  return view.outer === undefined ? [from, to] : spanOf(view.outer, from, to)
}

function startOf({ at, from, width, thirds }: Pieces, position: number): number {
  const piece = pieceAt(at, position)
  const origin = from[piece] ?? 0
  if ((width[piece] ?? 0) > 0) return origin
  return origin + Math.floor(((position - (at[piece] ?? 0)) * (thirds[piece] ?? STEP.same)) / 3)
}

function endOf({ at, from, width, thirds }: Pieces, position: number): number {
  const piece = pieceAt(at, position - 1)
  const origin = from[piece] ?? 0
  const whole = width[piece] ?? 0
  if (whole > 0) return origin + whole
  return origin + Math.ceil(((position - (at[piece] ?? 0)) * (thirds[piece] ?? STEP.same)) / 3)
}

/** The last piece that begins at or before the position. */
function pieceAt(at: readonly number[], position: number): number {
  let low = 0
  let high = at.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((at[middle] ?? 0) <= position) low = middle
    else high = middle - 1
  }
  return low
}

/** Differences with less between them are one. */
const CLOSE = 64

/** Where a place of the text that a view was taken of lies in the view. */
export function placeIn({ pieces: { at, from, width, thirds } }: View, place: number): number {
  const piece = pieceAt(from, place)
  const start = at[piece] ?? 0
  const isSame = width[piece] === 0 && thirds[piece] === STEP.same
  return isSame ? start + Math.max(0, place - (from[piece] ?? 0)) : start
}

/** Puts a view together from left to right. */
export class ViewBuilder {
  /** Something was replaced. */
  isChanged = false
  readonly #source: string
  readonly #parts: string[] = []
  readonly #pieces: Pieces = { at: [], from: [], width: [], thirds: [] }
  readonly #changes: number[] = []
  #length = 0
  #taken = 0

  constructor(source: string) {
    this.#source = source
  }

  /** Takes over what comes before `from`, then puts `replacement` for the `width` units there. */
  replace(from: number, width: number, replacement: string): void {
    this.#keep(from)
    this.#change(replacement)
    if (replacement !== '') this.#push(replacement, from, width, STEP.same)
    this.#taken = from + width
  }

  /** The same, but each unit of `replacement` stands for so many thirds of a unit. */
  decode(from: number, width: number, replacement: string, thirds: number): void {
    this.#keep(from)
    this.#change(replacement)
    if (replacement !== '') this.#push(replacement, from, 0, thirds)
    this.#taken = from + width
  }

  /** What stands before `to` and has not been taken over is part of what was replaced before it. */
  skipTo(to: number): void {
    this.#taken = Math.max(this.#taken, to)
  }

  view(outer: View | undefined): View {
    this.#keep(this.#source.length)
    return { text: this.#parts.join(''), pieces: this.#pieces, outer, changes: this.#changes }
  }

  #change(replacement: string): void {
    this.isChanged = true
    const last = this.#changes.length - 1
    const end = this.#length + replacement.length
    if (last > 0 && this.#length - (this.#changes[last] ?? 0) <= CLOSE) this.#changes[last] = end
    else this.#changes.push(this.#length, end)
  }

  #keep(to: number): void {
    if (to > this.#taken) this.#push(this.#source.slice(this.#taken, to), this.#taken, 0, STEP.same)
  }

  #push(part: string, from: number, width: number, thirds: number): void {
    this.#parts.push(part)
    this.#pieces.at.push(this.#length)
    this.#pieces.from.push(from)
    this.#pieces.width.push(width)
    this.#pieces.thirds.push(thirds)
    this.#length += part.length
  }
}
