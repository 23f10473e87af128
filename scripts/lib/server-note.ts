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

/** The server that runs on the data in `directory`; undefined if its process is gone. */
export function runningServer(directory: string): ServerNote | undefined {
  if (!existsSync(fileIn(directory))) return undefined
  try {
    const note = ServerNote.parse(JSON.parse(readFileSync(fileIn(directory), 'utf8')))
    process.kill(note.pid, 0)
    return note
  } catch {
    return undefined // left behind by a server that was killed
  }
}
