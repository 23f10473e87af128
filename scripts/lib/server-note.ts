import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

/** What the local server says of itself while it serves. */
const ServerNote = z.object({ url: z.url(), pid: z.int().positive() })
export type ServerNote = z.infer<typeof ServerNote>

const fileIn = (directory: string): string => join(directory, 'server.json')

export function writeServerNote(directory: string, note: ServerNote): void {
  writeFileSync(fileIn(directory), `${JSON.stringify(note)}\n`)
}

export const removeServerNote = (directory: string): void =>
  rmSync(fileIn(directory), { force: true })

/** Long enough for a server on the same machine. */
const TIMEOUT_MS = 1000

/** The server that runs on the data in `directory`; undefined if its process is gone or does not answer. */
export async function runningServer(directory: string): Promise<ServerNote | undefined> {
  if (!existsSync(fileIn(directory))) return undefined
  try {
    const note = ServerNote.parse(JSON.parse(readFileSync(fileIn(directory), 'utf8')))
    process.kill(note.pid, 0)
    // Another process may have its number by now.
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    return (await fetch(`${note.url}/healthz`, { signal })).ok ? note : undefined
  } catch {
    return undefined // left behind by a server that was killed
  }
}
