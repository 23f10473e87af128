const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Texts by number, each once. All lie in one buffer, and are found and compared four bytes at a time: what a text costs then is
 * a few lines of cache, and not a handful of objects all over the heap.
 */
export class TextTable {
  #bytes = new Uint8Array(1 << 16)
  #words = new DataView(this.#bytes.buffer)
  /** Where each text ends; it begins where the one before ends. */
  #ends = new Int32Array(1 << 10)
  #hashes = new Int32Array(1 << 10)
  #count = 0
  /** Numbers from 1 by hash, at most half full: 0 is an empty place. */
  #places = new Int32Array(1 << 11)
  #lastBytes: Uint8Array | undefined
  #lastWords: DataView = this.#words

  /** The number of a text in UTF-8. */
  at(bytes: Uint8Array, begin: number, end: number): number {
    const words = this.#wordsOf(bytes)
    const hash = hashOf(words, begin, end)
    const mask = this.#places.length - 1
    let place = hash & mask
    for (;;) {
      const number = (this.#places[place] ?? 0) - 1
      if (number < 0) return this.#add(bytes, begin, end, hash)
      if (this.#hashes[number] === hash && this.#isSame(number, words, begin, end)) return number
      place = (place + 1) & mask
    }
  }

  atText(text: string): number {
    const bytes = encoder.encode(text)
    return this.at(bytes, 0, bytes.length)
  }

  /** What each text stands for, by its number. */
  texts<T>(read: (text: string) => T): readonly T[] {
    return Array.from({ length: this.#count }, (_, number) =>
      read(decoder.decode(this.#bytes.subarray(this.#beginOf(number), this.#ends[number]))),
    )
  }

  #beginOf(number: number): number {
    return number === 0 ? 0 : (this.#ends[number - 1] ?? 0)
  }

  /** Texts come many from one buffer. */
  #wordsOf(bytes: Uint8Array): DataView {
    if (bytes !== this.#lastBytes) {
      this.#lastBytes = bytes
      this.#lastWords = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    return this.#lastWords
  }

  #isSame(number: number, words: DataView, begin: number, end: number): boolean {
    const own = this.#words
    let from = this.#beginOf(number)
    if ((this.#ends[number] ?? 0) - from !== end - begin) return false
    let at = begin
    for (; at + 4 <= end; at += 4, from += 4)
      if (own.getInt32(from, true) !== words.getInt32(at, true)) return false
    for (; at < end; at++, from++) if (own.getUint8(from) !== words.getUint8(at)) return false
    return true
  }

  #add(bytes: Uint8Array, begin: number, end: number, hash: number): number {
    const number = this.#count++
    const from = this.#beginOf(number)
    const to = from + end - begin
    if (to > this.#bytes.length) {
      this.#bytes = grown(this.#bytes, new Uint8Array(2 * to))
      this.#words = new DataView(this.#bytes.buffer)
    }
    if (number >= this.#ends.length) {
      this.#ends = grown(this.#ends, new Int32Array(2 * this.#ends.length))
      this.#hashes = grown(this.#hashes, new Int32Array(2 * this.#hashes.length))
    }
    this.#bytes.set(bytes.subarray(begin, end), from)
    this.#ends[number] = to
    this.#hashes[number] = hash
    if (2 * this.#count > this.#places.length) this.#placeAll()
    else this.#place(number)
    return number
  }

  #placeAll(): void {
    this.#places = new Int32Array(4 * this.#places.length)
    for (let number = 0; number < this.#count; number++) this.#place(number)
  }

  #place(number: number): void {
    const mask = this.#places.length - 1
    let place = (this.#hashes[number] ?? 0) & mask
    while (this.#places[place] !== 0) place = (place + 1) & mask
    this.#places[place] = number + 1
  }
}

/** The larger array, with what the smaller one holds. */
export function grown<T extends { set: (values: T) => void }>(smaller: T, larger: T): T {
  larger.set(smaller)
  return larger
}

/** As FNV-1a (Fowler, Noll, Vo), of four bytes at a time and in two lanes: it only finds a text, which is then compared. */
function hashOf(words: DataView, begin: number, end: number): number {
  let even = 0x811c9dc5
  let odd = 0x01000193
  let at = begin
  for (; at + 8 <= end; at += 8) {
    even = Math.imul(even ^ words.getInt32(at, true), 0x01000193)
    odd = Math.imul(odd ^ words.getInt32(at + 4, true), 0x01000193)
    even ^= even >>> 15
    odd ^= odd >>> 15
  }
  for (; at < end; at++) even = Math.imul(even ^ words.getUint8(at), 0x01000193)
  const hash = Math.imul(even ^ (odd << 3), 0x5bd1e995)
  return hash ^ (hash >>> 13)
}
