import type { UnscannedReason } from '../domain/finding.ts'
import { isDigit } from './characters.ts'
import { STEP, type View, ViewBuilder } from './view.ts'
import { readUtf8 } from './views-escapes.ts'

/** Shortest run that is tried: the base64 of a social security number with its dashes has 15 or 16 characters. */
const RUN_MIN = 15
/** Share of a run's bytes that must be text, and the stretch of text that counts within anything. */
const TEXT_SHARE = 0.9
const STRETCH_MIN = 24
/** Bytes from which a picture may show more than an icon does. Archives of any size hold text. */
const PICTURE_MIN = 192
/** A run may begin with something else, such as the folder of a path; so many separators are tried, in runs so long. */
const STARTS_MAX = 3
const RESTART_WITHIN = 4_096

/** Digits alone are a number before they are an encoding: cards have up to 19. The hexadecimal of one has 24 or more. */
const NUMBER_MAX = 20

/** The value of a base64 digit (RFC 4648, both alphabets); -1 for anything else. */
const DIGITS: Int8Array = buildDigits()

function buildDigits(): Int8Array {
  const digits = new Int8Array(128).fill(-1)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  for (let value = 0; value < alphabet.length; value++) digits[alphabet.charCodeAt(value)] = value
  for (const character of '+-') digits[character.charCodeAt(0)] = 62
  for (const character of '/_') digits[character.charCodeAt(0)] = 63
  return digits
}

const digitAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  return code < 128 ? (DIGITS[code] ?? -1) : -1
}

/** A run of digits, decoded: `froms[i]` to `ends[i]` is where a line of it stands, all but the last of whole quadruples. */
type Decoded = { readonly bytes: Uint8Array; readonly lines: readonly Line[]; readonly end: number }
type Line = { readonly from: number; readonly byte: number }

/** The text from `start` on is one run of base64, lines broken or not, and all of it decodes to text. */
export function isTextInBase64(text: string, start: number): boolean {
  let end = start
  while (end < text.length && digitAt(text, end) >= 0) end++
  if (end - start < RUN_MIN) return false
  const decoded = decodeBase64(text, start, end)
  return (
    text.slice(decoded.end).trim() === '' &&
    mediaOf(decoded.bytes) === undefined &&
    isText(decoded.bytes, true)
  )
}

/** Replaces runs of base64, base64url and hexadecimal that decode to text. Binaries stay, and those that may hold a document are named. */
export function decodeRuns(
  text: string,
  outer: View | undefined,
): { readonly view: View | undefined; readonly opaque: UnscannedReason | undefined } {
  const builder = new ViewBuilder(text)
  let opaque: UnscannedReason | undefined
  let floor = 0
  // A run of RUN_MIN characters covers one of any RUN_MIN places in a row, so most characters are not looked at.
  for (let probe = RUN_MIN - 1; probe < text.length; probe += RUN_MIN) {
    if (digitAt(text, probe) < 0) continue
    let start = probe
    while (start > floor && digitAt(text, start - 1) >= 0) start--
    let end = probe + 1
    while (end < text.length && digitAt(text, end) >= 0) end++
    floor = end
    if (end - start >= RUN_MIN) {
      const read = readRun(builder, text, start, end)
      opaque ??= read.opaque
      floor = Math.max(end, read.end)
    }
    probe = floor
  }
  return { view: builder.isChanged ? builder.view(outer) : undefined, opaque }
}

type ReadRun = { readonly end: number; readonly opaque?: UnscannedReason }

function readRun(builder: ViewBuilder, text: string, start: number, end: number): ReadRun {
  if (end - start <= NUMBER_MAX && isNumber(text, start, end)) return { end }
  const hexStart = text.startsWith('0x', start) ? start + 2 : start
  if (isHex(text, hexStart, end)) {
    const bytes = decodeHex(text, hexStart, end)
    if (!isText(bytes)) return { end }
    emit(builder, bytes, hexStart, end, STEP.hex)
    return { end }
  }
  let from = start
  for (let tries = 0; tries < STARTS_MAX && end - from >= RUN_MIN; tries++) {
    const decoded = decodeBase64(text, from, end)
    const opaque = mediaOf(decoded.bytes)
    if (opaque === 'file' || (opaque !== undefined && decoded.bytes.length >= PICTURE_MIN)) {
      return { end: decoded.end, opaque }
    }
    if (isText(decoded.bytes)) {
      emitLines(builder, decoded)
      return { end: decoded.end }
    }
    if (end - start > RESTART_WITHIN) return { end: decoded.end }
    from = afterSeparator(text, from, end)
  }
  return { end }
}

/** Behind the next of `/`, `+`, `-` and `_`; the end if there is none. */
function afterSeparator(text: string, from: number, end: number): number {
  for (let at = from; at < end; at++) if (digitAt(text, at) >= 62) return at + 1
  return end
}

function isNumber(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isDigit(text.charCodeAt(at))) return false
  return true
}

function isHex(text: string, start: number, end: number): boolean {
  if ((end - start) % 2 !== 0 || end - start < RUN_MIN) return false
  for (let at = start; at < end; at++) if (hexValue(text.charCodeAt(at)) < 0) return false
  return true
}

const hexValue = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const small = code | 0x20
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1
}

function decodeHex(text: string, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array((end - start) >> 1)
  for (let index = 0; index < bytes.length; index++) {
    const at = start + 2 * index
    bytes[index] = hexValue(text.charCodeAt(at)) * 16 + hexValue(text.charCodeAt(at + 1))
  }
  return bytes
}

/** Decodes the run, and the lines that go on from it, as mail and PEM files break base64. */
function decodeBase64(text: string, start: number, runEnd: number): Decoded {
  const lines: Line[] = []
  let parts = decodeLine(text, start, runEnd)
  lines.push({ from: start, byte: 0 })
  let end = skipPadding(text, runEnd)
  let lineLength = runEnd - start
  const more: Uint8Array[] = []
  let length = parts.length
  while (end === runEnd && lineLength >= 60 && lineLength % 4 === 0) {
    const next = text.startsWith('\r\n', end) ? end + 2 : text.charAt(end) === '\n' ? end + 1 : -1
    if (next < 0) break
    let stop = next
    while (stop < text.length && stop - next < lineLength && digitAt(text, stop) >= 0) stop++
    const isWhole = stop - next === lineLength
    if (stop - next < 2 || (!isWhole && !isLineEnd(text, stop))) break
    lines.push({ from: next, byte: length })
    const bytes = decodeLine(text, next, stop)
    more.push(bytes)
    length += bytes.length
    runEnd = stop
    end = skipPadding(text, stop)
    if (!isWhole) break
    lineLength = stop - next
  }
  if (more.length > 0) parts = concat([parts, ...more], length)
  return { bytes: parts, lines, end }
}

const isLineEnd = (text: string, at: number): boolean =>
  at >= text.length || '=\r\n"\'<'.includes(text.charAt(at))

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function decodeLine(text: string, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(Math.floor(((end - start) * 3) / 4))
  let bits = 0
  let held = 0
  let count = 0
  for (let at = start; at < end; at++) {
    bits = ((bits << 6) | digitAt(text, at)) & 0xffff
    held += 6
    if (held >= 8) {
      held -= 8
      bytes[count++] = (bits >> held) & 0xff
    }
  }
  return bytes
}

function skipPadding(text: string, end: number): number {
  let at = end
  while (at < end + 2 && text.charCodeAt(at) === 0x3d) at++
  return at
}

const isPrintable = (byte: number): boolean =>
  (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09

/** Nearly all of it is text in UTF-8, or a stretch of it is too long to be chance. */
function isText(bytes: Uint8Array, isWhole = false): boolean {
  let printable = 0
  let stretch = 0
  let longest = 0
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0
    const read = byte < 0x80 ? undefined : readUtf8(bytes, at)
    const width = read?.width ?? 1
    if (read === undefined ? isPrintable(byte) : read.isValid) {
      printable += width
      stretch += width
      if (stretch > longest) longest = stretch
    } else stretch = 0
    at += width
  }
  if (isWhole) return printable === bytes.length
  return printable >= bytes.length * TEXT_SHARE || longest >= STRETCH_MIN
}

function emitLines(builder: ViewBuilder, { bytes, lines, end }: Decoded): void {
  for (const [index, { from, byte }] of lines.entries()) {
    const next = lines[index + 1]
    emit(builder, bytes.subarray(byte, next?.byte), from, next?.from ?? end, STEP.base64)
  }
}

/** Puts text for the units from `from` to `end`; bytes that are none become spaces. */
function emit(
  builder: ViewBuilder,
  bytes: Uint8Array,
  from: number,
  end: number,
  thirds: number,
): void {
  const placeOf = (byte: number): number => Math.min(end, from + Math.floor((byte * thirds) / 3))
  let at = 0
  while (at < bytes.length) {
    let stop = at
    let text = ''
    while (stop < bytes.length && (bytes[stop] ?? 0) < 0x80) {
      const byte = bytes[stop++] ?? 0
      text += isPrintable(byte) ? String.fromCharCode(byte) : ' '
    }
    // Base64 keeps step only from a whole quadruple on; elsewhere the first byte shares its digits with the one before.
    if (stop > at) putAscii(builder, text, at, placeOf, thirds)
    if (stop >= bytes.length) break
    const { character, width, isValid } = readUtf8(bytes, stop)
    const place = placeOf(stop)
    builder.replace(place, Math.max(1, placeOf(stop + width) - place), isValid ? character : ' ')
    at = stop + width
  }
  builder.skipTo(end)
}

function putAscii(
  builder: ViewBuilder,
  text: string,
  byte: number,
  placeOf: (byte: number) => number,
  thirds: number,
): void {
  const lead = thirds === STEP.base64 ? Math.min(text.length, (3 - (byte % 3)) % 3) : 0
  for (let index = 0; index < lead; index++) {
    const place = placeOf(byte + index)
    builder.replace(place, Math.max(1, placeOf(byte + index + 1) - place), text.charAt(index))
  }
  if (text.length === lead) return
  const place = placeOf(byte + lead)
  builder.decode(place, placeOf(byte + text.length) - place, text.slice(lead), thirds)
}

/** First bytes of formats that may hold a document. Source: https://www.garykessler.net/library/file_sigs.html */
const MEDIA: readonly (readonly [UnscannedReason, readonly number[]])[] = [
  ['file', [0x1f, 0x8b, 0x08]],
  ['file', [0x50, 0x4b, 0x03, 0x04]],
  ['file', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['file', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['file', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['file', [0x28, 0xb5, 0x2f, 0xfd]],
  ['file', [0x42, 0x5a, 0x68]],
  ['file', [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]],
  ['image', [0x89, 0x50, 0x4e, 0x47]],
  ['image', [0xff, 0xd8, 0xff]],
  ['image', [0x47, 0x49, 0x46, 0x38]],
  ['image', [0x52, 0x49, 0x46, 0x46]],
  ['audio', [0x4f, 0x67, 0x67, 0x53]],
  ['audio', [0x49, 0x44, 0x33]],
]

/** What kind of binary the bytes begin like; undefined if like none that holds a document. */
const mediaOf = (bytes: Uint8Array): UnscannedReason | undefined =>
  MEDIA.find(([, magic]) => magic.every((byte, index) => bytes[index] === byte))?.[0]
