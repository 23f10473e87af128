import * as z from 'zod'

/**
 * One line of the log of the admin API: who did what, when, and how it ended. Never a body, never a query. A change has two
 * lines, `begin` before anything is done and `end` before it is answered; a read has `end` alone.
 */
export const AdminEvent = z.strictObject({
  v: z.literal(1),
  seq: z.int().positive(),
  atMs: z.int(),
  phase: z.enum(['begin', 'end']),
  /** Joins the two lines of a call. */
  call: z.string(),
  /** `anonymous` for who could not prove to be anybody. */
  actor: z.string(),
  /** Who made the token that the actor used. */
  madeBy: z.string().optional(),
  via: z.enum(['token', 'access', 'session', 'none']),
  /** Keyed hash of the network address. */
  source: z.string(),
  method: z.string(),
  /** The pattern of the route, such as `/admin/api/keys/:id`. */
  route: z.string(),
  /** What the call was about: the id in its path, or of what it made. */
  target: z.string().nullable(),
  tenant: z.string().nullable(),
  /** HTTP status; null at the beginning. */
  status: z.int().nullable(),
  reason: z.string().nullable(),
  ticket: z.string().nullable(),
})
export type AdminEvent = z.infer<typeof AdminEvent>

/** What is told of a call; number and time are added when it is written. */
export type AdminEventFacts = Omit<AdminEvent, 'v' | 'seq' | 'atMs'>

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:@ -]{0,189}$/

/** A name or id as it may be recorded: what does not look like one is not. */
export const recordedName = (text: string | undefined): string | null =>
  text !== undefined && NAME.test(text) ? text : null

export const REASON_LENGTH_MAX = 500
export const TICKET_LENGTH_MAX = 100

/** The text of a header that a person wrote: percent-encoded where it holds more than a header can. */
export function headerText(value: string | undefined): string | null {
  if (value === undefined || value.trim() === '') return null
  try {
    return decodeURIComponent(value).trim().toWellFormed()
  } catch {
    return value.trim() // a per cent sign that encodes nothing stands for itself
  }
}
