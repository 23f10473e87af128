import { open } from 'node:fs/promises'
import type { TrafficGroup } from '../../src/policy/traffic.ts'
import { rollUp, type RollUp } from '../../src/policy/traffic-roll-up.ts'

const CHUNK_BYTES = 4 << 20
const LINE_FEED = 10
const SHOWN =
  '{"attributes":{…},"costPicoUsd":"0","count":1,"destination":"…","tokens":{"input":0,"output":0}}'

/** Reads traffic records, one JSON object a line, and adds them up. @throws Error naming the line and the accepted form. */
export async function readTraffic(path: string): Promise<readonly TrafficGroup[]> {
  const sums = rollUp()
  const file = await open(path)
  try {
    let buffer = Buffer.alloc(CHUNK_BYTES)
    let held = 0
    for (;;) {
      // A line longer than all that fits gets more room.
      if (held === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length)])
      const { bytesRead } = await file.read(buffer, held, buffer.length - held)
      if (bytesRead === 0) break
      held += bytesRead
      const taken = addLines(sums, buffer.subarray(0, held), path)
      buffer.copyWithin(0, taken, held)
      held -= taken
    }
    addLine(sums, buffer, 0, held, path)
  } finally {
    await file.close()
  }
  return groupsOf(sums, path)
}

/** The same of a text. */
export function trafficIn(text: string, source: string): readonly TrafficGroup[] {
  const sums = rollUp()
  const bytes = Buffer.from(text)
  const taken = addLines(sums, bytes, source)
  addLine(sums, bytes, taken, bytes.length, source)
  return groupsOf(sums, source)
}

/** Adds the whole lines; answers how many bytes they are. */
function addLines(sums: RollUp, bytes: Buffer, source: string): number {
  let begin = 0
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, begin)
    if (end < 0) return begin
    addLine(sums, bytes, begin, end, source)
    begin = end + 1
  }
}

const SPACE = 32

function addLine(sums: RollUp, bytes: Buffer, from: number, to: number, source: string): void {
  let [begin, end] = [from, to]
  while (begin < end && (bytes[begin] ?? 0) <= SPACE) begin++
  while (begin < end && (bytes[end - 1] ?? 0) <= SPACE) end--
  if (begin === end) return
  try {
    sums.addBytes(bytes, begin, end)
  } catch {
    throw new Error(
      `${source}: record ${sums.lineCount()} is none; accepted is ${SHOWN}, see docs/policy.md`,
    )
  }
}

function groupsOf(sums: RollUp, source: string): readonly TrafficGroup[] {
  try {
    return sums.groups()
  } catch {
    throw new Error(`${source}: a record has attributes that are none; see docs/policy.md`)
  }
}
