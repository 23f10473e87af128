import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'

/** Weights are whole numbers from -LEVEL_MAX to LEVEL_MAX. */
export const LEVEL_MAX = 44
/**
 * One printable character for each, in order: text that any bundler carries and gzip packs to what the weights hold.
 * Left out are the quotes, the backslash and what a template string would read.
 */
export const LEVELS_TEXT = charactersFrom(0x23, 2 * LEVEL_MAX + 1)

function charactersFrom(first: number, count: number): string {
  let text = ''
  for (let code = first; text.length < count; code++) {
    if (code !== 0x27 && code !== 0x5c) text += String.fromCharCode(code)
  }
  return text
}

/** Weights as they stand in the repository: text, and the SHA-256 of what it stands for. */
export type Packed = { readonly sha256: string; readonly text: string }

/** @throws Error if the text is not what was trained. Nothing is then recognised, so the scan counts as failed. */
export function unpackLevels({ sha256, text }: Packed): Int8Array {
  const levelOf = new Int8Array(128)
  for (let level = 0; level < LEVELS_TEXT.length; level++) {
    levelOf[LEVELS_TEXT.charCodeAt(level)] = level - LEVEL_MAX
  }
  const levels = new Int8Array(text.length)
  for (let at = 0; at < text.length; at++) levels[at] = levelOf[text.charCodeAt(at)] ?? 0
  verify(new Uint8Array(levels.buffer), sha256)
  return levels
}

/** The same for bits, which are written in base64. */
export function unpackBits({ sha256, text }: Packed): Uint8Array {
  const bits = new Uint8Array(Buffer.from(text, 'base64'))
  verify(bits, sha256)
  return bits
}

function verify(bytes: Uint8Array, sha256: string): void {
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new Error('the weights of the classifier are damaged: train them again')
  }
}
