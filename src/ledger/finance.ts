import * as z from 'zod'

const Name = z.string().min(1).max(64)
const Day = z.iso.date()
const MicroUsd = z.int().nonnegative()
const Decimal = z.string().regex(/^\d{1,9}(\.\d{1,9})?$/, { message: 'a decimal such as 0.92' })

/** Days in which something holds: from the first, up to and without `to`. */
const Dated = { from: Day, to: Day.optional() }

/** Whose spend it becomes. The first entry counts that fits the row and the day. */
const CostCentreRule = z.strictObject({
  ...Dated,
  /** What the key carried; a rule without any of the three fits everything. */
  costCentre: Name.optional(),
  team: Name.optional(),
  app: Name.optional(),
  /** In basis points; together 10,000. */
  shares: z
    .array(z.strictObject({ costCentre: Name, basisPoints: z.int().positive().max(10_000) }))
    .min(1)
    .refine((shares) => shares.reduce((sum, { basisPoints }) => sum + basisPoints, 0) === 10_000, {
      message: 'shares of 10,000 basis points together',
    }),
})

/** Which account of the general ledger takes it. The first entry counts that fits. */
const GlRule = z.strictObject({
  destination: Name.optional(),
  class: z.enum(['edge', 'hosted', 'onprem', 'closed']).optional(),
  account: Name,
  taxCode: Name,
})

/** What an app would have used without Demarc: fixed beforehand, so that savings cannot be chosen afterwards. */
const Counterfactual = z.strictObject({
  ...Dated,
  /** `*` for every app that has none of its own. */
  app: z.union([Name, z.literal('*')]),
  destination: Name,
  model: Name,
  setBy: z.string().min(1),
  reason: z.string().min(1),
})

/** How many tokens a model family makes of the text that makes 1,000 of the reference tokenizer. */
const Tokenizer = z.strictObject({
  family: Name,
  tokensPer1000: z.int().min(200).max(5000),
  source: z.string().min(1),
})

/** What Demarc itself costs for each attempt. */
const Overhead = z.strictObject({
  name: z.string().min(1),
  picoUsdPerAttempt: z.int().nonnegative(),
  source: z.string().min(1),
})

/** A cluster, a commitment or prepaid credit: bought for a span of time, spread over its days. */
const Purchase = z.strictObject({
  id: Name,
  description: z.string().min(1),
  kind: z.enum(['cluster', 'commitment', 'prepaid']),
  destination: Name,
  from: Day,
  to: Day,
  amountMicroUsd: MicroUsd,
  /** Tokens that it could serve in that time: what nobody used is shown as idle. Without it all is allocated. */
  capacityTokens: z.int().positive().optional(),
  /** Bears what is idle. */
  costCentre: Name,
})

/** Money that the provider takes off, such as free neurons. */
const Credit = z.strictObject({
  ...Dated,
  id: Name,
  description: z.string().min(1),
  destination: Name,
  /** At most so much a day, never more than the day's cost. */
  microUsdPerDay: MicroUsd,
})

/** What finance edits: `policies/finance.yaml`. Nothing in it changes an entry; it says how entries are read. */
export const Finance = z.strictObject({
  company: Name,
  companyName: z.string().min(1),
  functionalCurrency: z.string().regex(/^[A-Z]{3}$/, { message: 'an ISO 4217 code' }),
  fxRates: z.array(
    z.strictObject({
      currency: z.string().regex(/^[A-Z]{3}$/),
      from: Day,
      /** Units of the currency for one dollar. */
      perUsd: Decimal,
      source: z.string().min(1),
    }),
  ),
  glAccounts: z.array(GlRule).min(1),
  /** Account that is credited: what is owed to providers. */
  glAccrualAccount: Name,
  costCentres: z.array(CostCentreRule),
  counterfactuals: z.array(Counterfactual),
  tokenizers: z.array(Tokenizer),
  overheads: z.array(Overhead),
  purchases: z.array(Purchase),
  credits: z.array(Credit),
  /** A difference up to the larger of both is a match. */
  tolerance: z.strictObject({ basisPoints: z.int().nonnegative(), microUsdMin: MicroUsd }),
})
export type Finance = z.infer<typeof Finance>
export type Counterfactual = Finance['counterfactuals'][number]

/** What holds until finance has said anything. */
export const NO_FINANCE: Finance = {
  company: 'default',
  companyName: 'Default',
  functionalCurrency: 'USD',
  fxRates: [],
  glAccounts: [{ account: 'unassigned', taxCode: 'unassigned' }],
  glAccrualAccount: 'unassigned',
  costCentres: [],
  counterfactuals: [],
  tokenizers: [],
  overheads: [],
  purchases: [],
  credits: [],
  tolerance: { basisPoints: 50, microUsdMin: 1_000_000 },
}

type Span = { readonly from: string; readonly to?: string | undefined }

export const isWithin = ({ from, to }: Span, day: string): boolean =>
  from <= day && (to === undefined || day < to)

type Owner = { readonly cost_centre: string; readonly team: string; readonly app: string }
export type Share = { readonly costCentre: string; readonly basisPoints: number }

/** Who bears a day's spend, and how much of it. A reorganisation is a new dated rule: no entry changes. */
export function sharesOf(finance: Finance, owner: Owner, day: string): readonly Share[] {
  const rule = finance.costCentres.find(
    (each) =>
      isWithin(each, day) &&
      (each.costCentre ?? owner.cost_centre) === owner.cost_centre &&
      (each.team ?? owner.team) === owner.team &&
      (each.app ?? owner.app) === owner.app,
  )
  return rule?.shares ?? [{ costCentre: owner.cost_centre, basisPoints: 10_000 }]
}

/** A whole number in the given shares; the last takes what division leaves, so that nothing is lost. */
export function split(amount: bigint, shares: readonly Share[]): readonly bigint[] {
  let left = amount
  return shares.map(({ basisPoints }, at) => {
    const part = at === shares.length - 1 ? left : (amount * BigInt(basisPoints)) / 10_000n
    left -= part
    return part
  })
}

/** Account and tax code of a row. */
export function glOf(
  finance: Finance,
  destination: string,
  destinationClass: string | undefined,
): Finance['glAccounts'][number] {
  const rule = finance.glAccounts.find(
    (each) =>
      (each.destination ?? destination) === destination &&
      (each.class === undefined || each.class === destinationClass),
  )
  return rule ?? { account: 'unassigned', taxCode: 'unassigned' }
}

/** The rate of a day as a fraction; undefined if none is known, and then nothing is converted. */
export function rateOf(
  finance: Finance,
  day: string,
): { readonly units: bigint; readonly per: bigint } | undefined {
  if (finance.functionalCurrency === 'USD') return { units: 1n, per: 1n }
  const rate = finance.fxRates
    .filter(({ currency, from }) => currency === finance.functionalCurrency && from <= day)
    .toSorted((a, b) => (a.from < b.from ? 1 : -1))[0]
  if (rate === undefined) return undefined
  const [whole = '0', fraction = ''] = rate.perUsd.split('.')
  return { units: BigInt(whole + fraction), per: 10n ** BigInt(fraction.length) }
}

/** a / b to the nearest whole number, halves away from zero. */
export function divideRounded(a: bigint, b: bigint): bigint {
  const [numerator, denominator] = b < 0n ? [-a, -b] : [a, b]
  const half = denominator / 2n
  return numerator < 0n ? -((-numerator + half) / denominator) : (numerator + half) / denominator
}
