import { createReadStream } from 'node:fs'
import { rollUp, type TrafficGroup } from '../../src/policy/traffic.ts'

/** Reads traffic records, one JSON object a line, and adds them up. @throws Error naming the line and the accepted form. */
export async function readTraffic(path: string): Promise<readonly TrafficGroup[]> {
  const sums = rollUp()
  const add = (line: string): void => {
    if (line.trim() === '') return
    try {
      sums.add(line)
    } catch {
      throw new Error(
        `${path}: record ${sums.lineCount()} is none; accepted is {"attributes":{…},"costPicoUsd":"0","count":1,"destination":"…","tokens":{"input":0,"output":0}}, see docs/policy.md`,
      )
    }
  }
  let rest = ''
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) add(line)
  }
  add(rest)
  try {
    return sums.groups()
  } catch {
    throw new Error(`${path}: a record has attributes that are none; see docs/policy.md`)
  }
}
