import * as z from 'zod'
import { Waiver } from './schema.ts'

/** What a release means beside the one before it. `unknown`: too large for an exact answer, and so treated as loosened. */
export const CHANGES = ['first', 'loosened', 'tightened', 'same-meaning', 'unknown'] as const
export type Change = (typeof CHANGES)[number]

const Hash = z.string().regex(/^[0-9a-f]{64}$/)

/** What somebody proposes. Only `tables` holds rules of its own; the others follow from what is in force. */
export const Proposal = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tables') }),
  z.strictObject({
    kind: z.literal('waiver'),
    waiver: Waiver,
    /** Loosening that cannot wait: it ends within two days, and raises an alarm. */
    isEmergency: z.boolean(),
  }),
  /** An old release, again. */
  z.strictObject({ kind: z.literal('rollback'), hash: Hash }),
  /** The end of an emergency stop. */
  z.strictObject({ kind: z.literal('lift'), stop: z.string() }),
])
export type Proposal = z.infer<typeof Proposal>

const Common = {
  /** `Actor.id`. */
  by: z.string().min(1),
  /** Of an automation: who made its token. What it writes counts as theirs. */
  madeBy: z.string().nullable(),
  atMs: z.int(),
  /** Number in the tracker of the organisation. */
  ticket: z.string().nullable(),
}
const OfDraft = { ...Common, draft: z.string().min(1) }
/** A candidate: what would be in force, and what it was made to replace. */
const Candidate = { base: Hash.nullable(), bundle: Hash }

const Submission = z.strictObject({
  event: z.literal('submitted'),
  ...OfDraft,
  ...Candidate,
  /** Digests of the reports that approvers read. */
  diff: Hash,
  backtest: Hash.nullable(),
  /** What an approval signs: see `signedHash`. */
  signs: Hash,
  change: z.enum(CHANGES),
  needed: z.int().min(1),
  /** Who must be among them: the approvers that a waiver names. */
  named: z.array(z.string()),
  because: z.array(z.string()),
})

/** One step in the life of a policy, as it is kept for ever. */
export const LifecycleEvent = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('created'),
    ...OfDraft,
    ...Candidate,
    title: z.string(),
    reason: z.string(),
    proposal: Proposal,
  }),
  z.strictObject({ event: z.literal('edited'), ...OfDraft, ...Candidate, revision: z.int() }),
  z.strictObject({
    event: z.literal('checked'),
    ...OfDraft,
    bundle: Hash,
    holds: z.boolean(),
    errors: z.int(),
    warnings: z.int(),
  }),
  z.strictObject({
    event: z.literal('backtested'),
    ...OfDraft,
    ...Candidate,
    digest: Hash,
    fromMs: z.int(),
    toMs: z.int(),
    requests: z.int(),
  }),
  Submission,
  z.strictObject({ event: z.literal('approved'), ...OfDraft, signs: Hash }),
  z.strictObject({ event: z.literal('rejected'), ...OfDraft, reason: z.string() }),
  z.strictObject({ event: z.literal('withdrawn'), ...OfDraft, reason: z.string() }),
  z.strictObject({ event: z.literal('shadowed'), ...OfDraft, bundle: Hash }),
  z.strictObject({ event: z.literal('shadow-ended'), ...OfDraft }),
  z.strictObject({
    event: z.literal('scheduled'),
    ...OfDraft,
    ...Candidate,
    forMs: z.int(),
    change: z.enum(CHANGES),
    /** Of the policy authority. */
    order: z.string(),
  }),
  /** It was to come into force by itself, and did not. */
  z.strictObject({ event: z.literal('unscheduled'), ...OfDraft, reason: z.string() }),
  z.strictObject({
    event: z.literal('activated'),
    ...OfDraft,
    ...Candidate,
    change: z.enum(CHANGES),
  }),
  /** Put in force from outside: by a repository's pipeline, or as the first of all. */
  z.strictObject({
    event: z.literal('pushed'),
    ...Common,
    draft: z.null(),
    ...Candidate,
    change: z.enum(CHANGES),
    /** Emergency stops that it ends. */
    lifts: z.array(z.string()),
  }),
  z.strictObject({
    event: z.literal('stopped'),
    ...Common,
    draft: z.null(),
    ...Candidate,
    change: z.enum(CHANGES),
    stop: z.string(),
    sentence: z.string(),
    reason: z.string(),
  }),
])
export type LifecycleEvent = z.infer<typeof LifecycleEvent>
export type Submission = z.infer<typeof Submission>

/** Events after which another policy is in force. */
export const RELEASING: readonly LifecycleEvent['event'][] = ['activated', 'pushed', 'stopped']
