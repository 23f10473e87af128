import type { Category, Label, Level } from './label.ts'

export const FINDING_KINDS = [
  'person',
  'email',
  'phone',
  'card',
  'iban',
  'bank_account',
  'us_ssn',
  'national_id',
  'passport',
  'driver_license',
  'ip',
  'address',
  'location',
  'organization',
  'date',
  'age',
  'url',
  'title',
  'secret',
  'health',
  'legal',
  'source_code',
  'crypto',
  'vehicle',
  'device',
  'marker',
] as const
/** What a detector recognised. `marker` is a phrase that declares its text ("attorney-client privileged"). */
export type FindingKind = (typeof FINDING_KINDS)[number]

/** One thing that a detector found in one leaf. Never holds the text itself. */
export type Finding = {
  readonly kind: FindingKind
  /** UTF-16 code units into the decoded leaf; `end` is exclusive. */
  readonly start: number
  readonly end: number
  /** JSON Pointer (RFC 6901) of the leaf in the request body; '' for plain text. */
  readonly path: string
  /** The span lies in the key of the member at `path`, not in its value. */
  readonly inKey?: true
  /** 0 to 1. Under 0.5 a finding is only possible: it is reported and raises nothing. */
  readonly confidence: number
  readonly level: Level
  readonly categories: readonly Category[]
  readonly jurisdictions: readonly string[]
}

/** What the classifier says of a request. */
export type Classification = {
  readonly label: Label
  readonly findings: readonly Finding[]
  /** Why the scan is not complete, as JSON Pointer and reason; empty if it is. */
  readonly unscanned: readonly Unscanned[]
}

/** A part that could not be read. */
export type Unscanned = { readonly path: string; readonly reason: UnscannedReason }

export type UnscannedReason =
  | 'image'
  | 'audio'
  | 'file'
  | 'remote-url'
  | 'stored-prompt'
  | 'work-limit'
  | 'detector-failed'
  | 'encoded'
