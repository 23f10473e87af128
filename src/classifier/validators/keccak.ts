/** Lanes of 64 bits as pairs of 32: low word first. FIPS 202, section 3; padding 0x01 as Ethereum uses it. */
const ROUNDS = roundConstants()
const ROTATIONS = [
  1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
]
const LANES = [
  10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
]
/** Bytes that one block takes in at 256 bits of output. */
const RATE = 136

/** Round constants from the linear feedback shift register of section 3.2.5. */
function roundConstants(): Int32Array {
  const constants = new Int32Array(48)
  let register = 1
  for (let round = 0; round < 24; round++) {
    for (let j = 0; j < 7; j++) {
      const bit = (1 << j) - 1
      if (register & 1) {
        const word = 2 * round + (bit >= 32 ? 1 : 0)
        constants[word] = (constants[word] ?? 0) ^ (1 << (bit & 31))
      }
      register = (register << 1) ^ (register & 0x80 ? 0x171 : 0)
    }
  }
  return constants
}

/** Keccak-256 of fewer than 136 bytes of ASCII, as lower-case hex. */
export function keccak256(text: string): string {
  const block = new Uint8Array(RATE)
  for (let i = 0; i < text.length && i < RATE - 1; i++) block[i] = text.charCodeAt(i)
  block[text.length] = 0x01
  block[RATE - 1] = (block[RATE - 1] ?? 0) | 0x80
  const state = new Int32Array(50)
  const words = new DataView(block.buffer)
  for (let i = 0; i < RATE / 4; i++) state[i] = words.getInt32(4 * i, true)
  for (let round = 0; round < 24; round++) permute(state, round)
  let hex = ''
  for (let i = 0; i < 32; i++) {
    const byte = ((state[i >> 2] ?? 0) >>> (8 * (i & 3))) & 0xff
    hex += byte.toString(16).padStart(2, '0')
  }
  return hex
}

const columns = new Int32Array(10)

/** One round: theta, rho and pi, chi, iota. */
function permute(state: Int32Array, round: number): void {
  const at = (i: number): number => state[i] ?? 0
  for (let x = 0; x < 10; x++)
    columns[x] = at(x) ^ at(x + 10) ^ at(x + 20) ^ at(x + 30) ^ at(x + 40)
  for (let x = 0; x < 5; x++) {
    const left = 2 * ((x + 4) % 5)
    const right = 2 * ((x + 1) % 5)
    const low = columns[right] ?? 0
    const high = columns[right + 1] ?? 0
    const mixLow = (columns[left] ?? 0) ^ ((low << 1) | (high >>> 31))
    const mixHigh = (columns[left + 1] ?? 0) ^ ((high << 1) | (low >>> 31))
    for (let y = 0; y < 50; y += 10) {
      state[2 * x + y] = at(2 * x + y) ^ mixLow
      state[2 * x + y + 1] = at(2 * x + y + 1) ^ mixHigh
    }
  }
  let low = at(2)
  let high = at(3)
  for (let i = 0; i < 24; i++) {
    const lane = 2 * (LANES[i] ?? 0)
    const rotation = ROTATIONS[i] ?? 0
    const bits = rotation & 31
    const [first, second] = rotation < 32 ? [low, high] : [high, low]
    const nextLow = at(lane)
    const nextHigh = at(lane + 1)
    state[lane] = bits === 0 ? first : (first << bits) | (second >>> (32 - bits))
    state[lane + 1] = bits === 0 ? second : (second << bits) | (first >>> (32 - bits))
    low = nextLow
    high = nextHigh
  }
  for (let y = 0; y < 50; y += 10) {
    const row = state.slice(y, y + 10)
    for (let x = 0; x < 10; x++) {
      state[y + x] = (row[x] ?? 0) ^ (~(row[(x + 2) % 10] ?? 0) & (row[(x + 4) % 10] ?? 0))
    }
  }
  state[0] = at(0) ^ (ROUNDS[2 * round] ?? 0)
  state[1] = at(1) ^ (ROUNDS[2 * round + 1] ?? 0)
}
