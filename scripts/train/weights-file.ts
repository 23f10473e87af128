import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { LEVEL_MAX, LEVELS_TEXT } from '../../src/classifier/learned/weights.ts'
import { ROOT_DIRECTORY } from '../lib/paths.ts'

/**
 * Rounds weights to whole numbers from -LEVEL_MAX to LEVEL_MAX. The few largest are cut off, so that the others keep
 * their differences. Answers what one step stands for.
 */
export function quantize(weights: Float32Array, cut: number): { levels: Int8Array; scale: number } {
  const sizes = Float32Array.from(weights, Math.abs)
    .filter((size) => size > 0)
    .toSorted()
  const limit = sizes[Math.min(Math.floor(sizes.length * cut), sizes.length - 1)] ?? 1
  const scale = limit / LEVEL_MAX
  const levels = Int8Array.from(weights, (weight) =>
    Math.max(-LEVEL_MAX, Math.min(LEVEL_MAX, Math.round(weight / scale))),
  )
  return { levels, scale }
}

/** One character a weight, which gzip packs better than base64. */
const levelText = (levels: Int8Array): string =>
  Array.from(levels, (level) => LEVELS_TEXT.charAt(level + LEVEL_MAX)).join('')

/** Writes a module that holds the weights as text, with their hash and further numbers. */
export function writeWeights(
  name: string,
  made: { levels: Int8Array } | { bits: Uint8Array },
  numbers: Readonly<Record<string, number>>,
): void {
  const isLevels = 'levels' in made
  const bytes = isLevels ? new Uint8Array(made.levels.buffer) : made.bits
  const text = isLevels ? levelText(made.levels) : Buffer.from(made.bits).toString('base64')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const constant = name.replaceAll('-', '_').toUpperCase()
  const lines = [
    `/** Made by \`demarc train\`; see docs/models/. Weights are data: train again instead of editing. */`,
    `export const ${constant} = {`,
    `  sha256: '${sha256}',`,
    ...Object.entries(numbers).map(([key, value]) => `  ${key}: ${value},`),
    `  text:`,
    `    '${text}',`,
    `}`,
    '',
  ]
  const file = join(ROOT_DIRECTORY, 'src/classifier/weights', `${name}.ts`)
  writeFileSync(file, lines.join('\n'))
  const size = gzipSync(lines.join('\n'), { level: 9 }).length
  console.log(`${name}: ${bytes.length} bytes, ${size} gzipped as source`)
}
