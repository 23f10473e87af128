import * as z from 'zod'

/** What is kept, by what it is needed for. */
export const RECORD_CLASSES = [
  'journal',
  'personal',
  'postings',
  'rollups',
  'admin-events',
  'checkpoints',
  'traffic',
] as const
export type RecordClass = (typeof RECORD_CLASSES)[number]

/** Why some classes are never deleted, however old they are. */
export const NEEDED: Readonly<Partial<Record<RecordClass, string>>> = {
  journal:
    'each entry holds the hash of the one before, and the ledger is checked against all of them',
  postings: 'the ledger is their sum, from the first one on',
  'admin-events': 'each holds the hash of the one before',
  checkpoints: 'they prove that the log was never rewritten',
}

const Days = z.int().min(0).max(36_500)

const Span = z
  .strictObject({
    /** Nothing younger is deleted, whoever asks. */
    atLeastDays: Days,
    /** What is older is deleted in the night; forever deletes nothing. */
    atMostDays: z.union([Days, z.literal('forever')]),
    /** Law, contract or decision that says so. */
    because: z.string().min(1),
  })
  .refine(({ atLeastDays, atMostDays }) => atMostDays === 'forever' || atLeastDays <= atMostDays, {
    message: 'atLeastDays must not exceed atMostDays',
  })

const TagName = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, {
  message: 'a name of a tag, in lower case',
})

/** `policies/retention.yaml`: how long records are kept, and which tags are about whom. */
export const Retention = z
  .strictObject({
    records: z.strictObject({
      journal: Span,
      /** Values of tags, which are encrypted under keys by subject, app and day: the keys are destroyed. */
      personal: Span,
      postings: Span,
      rollups: Span,
      'admin-events': Span,
      checkpoints: Span,
      traffic: Span,
    }),
    tags: z.strictObject({
      /** Tags that name the person whom a request is about; the first that a request has counts. */
      subject: z.array(TagName).min(1),
      /** Tags that are about nobody, kept readable: every other value is encrypted. */
      plain: z.array(TagName),
    }),
  })
  .superRefine(({ records, tags }, context) => {
    for (const name of RECORD_CLASSES) {
      const why = NEEDED[name]
      if (why !== undefined && records[name].atMostDays !== 'forever') {
        context.addIssue({
          code: 'custom',
          path: ['records', name, 'atMostDays'],
          message: `only forever: ${why}`,
        })
      }
    }
    const both = tags.plain.filter((name) => tags.subject.includes(name))
    for (const name of both) {
      const message = `${name} names a subject, so it cannot be plain`
      context.addIssue({ code: 'custom', path: ['tags', 'plain'], message })
    }
  })
export type Retention = z.infer<typeof Retention>

/** What must not be deleted because of a dispute or an inquiry; it wins over every age and every request. */
export type LegalHold = {
  readonly id: number
  /** Null: of every app. */
  readonly app: string | null
  /** Days (UTC), both included; null: without end. */
  readonly from: string | null
  readonly to: string | null
}

const DAY_MS = 86_400_000

/** The day before which records of a class are over-age; undefined if it has no end. */
export function dueBefore({ atMostDays }: AgeLimits, nowMs: number): string | undefined {
  return atMostDays === 'forever' ? undefined : dayBefore(nowMs, atMostDays)
}

/** The day from which on records of a class are too young to be deleted. */
export const tooYoungFrom = ({ atLeastDays }: AgeLimits, nowMs: number): string =>
  atLeastDays === 0 ? '9999-12-31' : dayBefore(nowMs, atLeastDays - 1)

type AgeLimits = Pick<z.infer<typeof Span>, 'atLeastDays' | 'atMostDays'>

const dayBefore = (nowMs: number, days: number): string =>
  new Date(nowMs - days * DAY_MS).toISOString().slice(0, 10)
