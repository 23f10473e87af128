import { entryHash } from '../journal/chain.ts'
import { EntryBody, type StoredEntry } from '../journal/entry.ts'
import { err, ok, type Result } from '../domain/result.ts'

/** Why an entry cannot be what the journal wrote. */
export type EntryProblem = 'hash' | 'body'

/** The body of an entry whose hash is right. Never trust a body that has not come through here. */
export function openEntry(entry: StoredEntry): Result<EntryBody, EntryProblem> {
  if (entryHash(entry.prevHash, entry.body) !== entry.hash) return err('hash')
  const body = EntryBody.safeParse(parse(entry.body))
  return body.success && body.data.seq === entry.seq ? ok(body.data) : err('body')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no entry is `undefined`, so this is refused like any other wrong body
  }
}
