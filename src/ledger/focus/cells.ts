import type { LedgerCatalog } from '../catalog.ts'
import { divideRounded, rateOf, type Finance } from '../finance.ts'
import type { RolledRow } from '../rollup.ts'
import { decimal, PICO_SCALE, type FocusRow } from './columns.ts'
import { monthEnd, nextDay, timeOf } from './times.ts'

export type FocusContext = {
  readonly tenant: string
  readonly finance: Finance
  readonly catalog: LedgerCatalog
}

/** What a row says beyond what all rows of its group have in common. */
export type Charge = {
  readonly category: 'Usage' | 'Adjustment' | 'Purchase' | 'Credit'
  readonly isCorrection: boolean
  readonly meter: string
  readonly direction: string | null
  readonly cache: string | null
  /** Units of 10^-6 of the pricing unit; null where there is none. */
  readonly pricingQuantityE6: bigint | null
  readonly pricingUnit: string | null
  readonly consumed: readonly [quantity: bigint, unit: string] | null
  /** Micro-dollars for a pricing unit. */
  readonly unitPriceMicroUsd: bigint | null
  readonly listUnitPriceMicroUsd: bigint | null
  readonly costPicoUsd: bigint
  readonly listPicoUsd: bigint
  readonly counterfactualPicoUsd: bigint | null
  readonly requests: number
  /** Where what is billed and what it is worth to the bearer are not the cost: purchases and their allocation. */
  readonly billedPicoUsd?: bigint
  readonly effectivePicoUsd?: bigint
}

const money = (picoUsd: bigint): string => decimal(picoUsd, PICO_SCALE)
const millionths = (value: bigint | null): string | null =>
  value === null ? null : decimal(value, 6)

/** A charge of a group, for one cost centre. `span` is the day unless it says otherwise. */
export function toRow(
  row: RolledRow,
  charge: Charge,
  costCentre: string,
  context: FocusContext,
  span: readonly [from: string, to: string] = [row.day, nextDay(row.day)],
): FocusRow {
  return {
    ...periodCells(row.period, span, context),
    ...moneyCells(charge, row.day, context),
    ...skuCells(row, charge, context),
    ...ownerCells(row, costCentre),
    x_PolicyId: row.policy_hash,
    x_PriceVersionId: row.price_version,
    x_UsageSource: row.usage_source,
    x_RequestCount: String(charge.requests),
    x_FirstEntry: String(row.first_seq),
    x_LastEntry: String(row.last_seq),
  }
}

const periodCells = (
  period: string,
  [from, to]: readonly [string, string],
  { tenant, finance }: FocusContext,
) => ({
  BillingAccountId: tenant,
  BillingAccountName: finance.companyName,
  BillingAccountType: 'Organisation',
  BillingCurrency: 'USD',
  BillingPeriodStart: timeOf(`${period}-01`),
  BillingPeriodEnd: timeOf(monthEnd(period)),
  ChargePeriodStart: timeOf(from),
  ChargePeriodEnd: timeOf(to),
  CommitmentDiscountStatus: null,
  InvoiceId: null,
  PricingCurrency: 'USD',
})

function moneyCells(charge: Charge, day: string, { finance }: FocusContext) {
  const { category, consumed, costPicoUsd, counterfactualPicoUsd } = charge
  const rate = rateOf(finance, day)
  const effective = charge.effectivePicoUsd ?? costPicoUsd
  const functional = rate && divideRounded(effective * rate.units, rate.per)
  const isPriced = category === 'Usage' || category === 'Purchase'
  return {
    BilledCost: money(charge.billedPicoUsd ?? costPicoUsd),
    EffectiveCost: money(effective),
    ContractedCost: money(costPicoUsd),
    ListCost: money(charge.listPicoUsd),
    ContractedUnitPrice: millionths(charge.unitPriceMicroUsd),
    ListUnitPrice: millionths(charge.listUnitPriceMicroUsd),
    PricingCurrencyContractedUnitPrice: millionths(charge.unitPriceMicroUsd),
    PricingCurrencyListUnitPrice: millionths(charge.listUnitPriceMicroUsd),
    PricingCurrencyEffectiveCost: money(effective),
    ChargeCategory: category,
    ChargeClass: charge.isCorrection ? 'Correction' : null,
    ChargeFrequency: category === 'Usage' ? 'Usage-Based' : 'One-Time',
    PricingCategory: isPriced ? 'Standard' : null,
    PricingQuantity: millionths(charge.pricingQuantityE6),
    PricingUnit: charge.pricingUnit,
    ConsumedQuantity: consumed && decimal(consumed[0] * 10n, 1),
    ConsumedUnit: consumed && consumed[1],
    x_CounterfactualCost: counterfactualPicoUsd === null ? null : money(counterfactualPicoUsd),
    x_FunctionalCurrency: rate === undefined ? null : finance.functionalCurrency,
    x_FunctionalCost: functional === undefined ? null : money(functional),
  }
}

function skuCells(row: RolledRow, charge: Charge, { catalog }: FocusContext) {
  const model = catalog.models.get(row.model)
  const { meter, direction, cache } = charge
  const sku = `${row.destination}/${row.upstream_model}/${meter}`
  const isSold =
    (charge.category === 'Usage' || charge.category === 'Purchase') && !charge.isCorrection
  const details = {
    x_ModelDeveloper: model?.developer ?? null,
    x_ModelFamily: model?.family ?? null,
    x_ModelId: row.model,
    x_TokenDirection: direction,
    x_TokenCacheAction: cache,
  }
  return {
    ChargeDescription: `${row.upstream_model} ${meter} via ${row.destination}`,
    ProviderName: row.legal_entity,
    PublisherName: model?.developer ?? row.legal_entity,
    InvoiceIssuerName: row.legal_entity,
    RegionId: row.region,
    RegionName: row.region,
    ResourceId: `${row.destination}/${row.upstream_model}`,
    ResourceName: row.upstream_model,
    ResourceType: 'Model Endpoint',
    ServiceCategory: 'AI and Machine Learning',
    ServiceName: `Inference at ${row.destination}`,
    ServiceSubcategory: 'Generative AI',
    SkuId: isSold ? sku : null,
    SkuMeter: isSold ? meter : null,
    SkuPriceId: isSold ? `${sku}/tier ${row.band}/${charge.pricingUnit}` : null,
    SkuPriceDetails: isSold ? JSON.stringify(details) : null,
    x_HostProviderName: row.legal_entity,
    x_Destination: row.destination,
    x_DestinationClass: catalog.destinations.get(row.destination)?.facts.class ?? null,
    x_ModelDeveloper: model?.developer ?? null,
    x_ModelFamily: model?.family ?? null,
    x_ModelId: row.model,
    x_ModelVersion: row.upstream_model,
    x_TokenDirection: direction,
    x_TokenCacheAction: cache,
  }
}

const ownerCells = (row: RolledRow, costCentre: string) => ({
  SubAccountId: row.team,
  SubAccountName: row.team,
  SubAccountType: 'Team',
  Tags: JSON.stringify({ app: row.app, cost_centre: costCentre, purpose: row.purpose }),
  x_CostCentre: costCentre,
  x_AppId: row.app,
  x_KeyId: row.key_id,
  x_Purpose: row.purpose,
  x_DataClass: row.level,
})
