import { csvLine } from '../csv.ts'

/** Columns of FOCUS 1.2 in alphabetical order, then our own. Source: FOCUS 1.2, column library; 1.5 drafts for the model keys. */
export const FOCUS_COLUMNS = [
  'BilledCost',
  'BillingAccountId',
  'BillingAccountName',
  'BillingAccountType',
  'BillingCurrency',
  'BillingPeriodEnd',
  'BillingPeriodStart',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargeFrequency',
  'ChargePeriodEnd',
  'ChargePeriodStart',
  'CommitmentDiscountStatus',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractedCost',
  'ContractedUnitPrice',
  'EffectiveCost',
  'InvoiceId',
  'InvoiceIssuerName',
  'ListCost',
  'ListUnitPrice',
  'PricingCategory',
  'PricingCurrency',
  'PricingCurrencyContractedUnitPrice',
  'PricingCurrencyEffectiveCost',
  'PricingCurrencyListUnitPrice',
  'PricingQuantity',
  'PricingUnit',
  'ProviderName',
  'PublisherName',
  'RegionId',
  'RegionName',
  'ResourceId',
  'ResourceName',
  'ResourceType',
  'ServiceCategory',
  'ServiceName',
  'ServiceSubcategory',
  'SkuId',
  'SkuMeter',
  'SkuPriceDetails',
  'SkuPriceId',
  'SubAccountId',
  'SubAccountName',
  'SubAccountType',
  'Tags',
  'x_HostProviderName',
  'x_CostCentre',
  'x_AppId',
  'x_KeyId',
  'x_Purpose',
  'x_Destination',
  'x_DestinationClass',
  'x_ModelDeveloper',
  'x_ModelFamily',
  'x_ModelId',
  'x_ModelVersion',
  'x_TokenDirection',
  'x_TokenCacheAction',
  'x_DataClass',
  'x_PolicyId',
  'x_PriceVersionId',
  'x_UsageSource',
  'x_RequestCount',
  'x_CounterfactualCost',
  'x_FirstEntry',
  'x_LastEntry',
  'x_FunctionalCurrency',
  'x_FunctionalCost',
] as const
export type FocusColumn = (typeof FOCUS_COLUMNS)[number]

/** A charge. Null is an empty field, never '', 0 or "N/A". */
export type FocusRow = Readonly<Record<FocusColumn, string | null>>

/** Columns that hold numbers: written bare, typed in Parquet. All have at most 12 decimals. */
export const FOCUS_DECIMALS: ReadonlySet<string> = new Set<FocusColumn>([
  'BilledCost',
  'ConsumedQuantity',
  'ContractedCost',
  'ContractedUnitPrice',
  'EffectiveCost',
  'ListCost',
  'ListUnitPrice',
  'PricingCurrencyContractedUnitPrice',
  'PricingCurrencyEffectiveCost',
  'PricingCurrencyListUnitPrice',
  'PricingQuantity',
  'x_CounterfactualCost',
  'x_FunctionalCost',
])

/** The first line, with its line end. */
export const focusHeader = (): string => csvLine(FOCUS_COLUMNS.map((name) => ({ text: name })))

/** Lines of RFC 4180. */
export const focusLines = (rows: readonly FocusRow[]): string =>
  rows
    .map((row) =>
      csvLine(
        FOCUS_COLUMNS.map((name) =>
          FOCUS_DECIMALS.has(name) ? { number: row[name] } : { text: row[name] },
        ),
      ),
    )
    .join('')

/** A whole number of 10^-scale units as FOCUS wants a decimal: with a point, without needless zeros ("5.0"). */
export function decimal(units: bigint, scale: number): string {
  const magnitude = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  const whole = magnitude.slice(0, magnitude.length - scale)
  const fraction = magnitude.slice(magnitude.length - scale).replace(/0+$/, '')
  return `${units < 0n ? '-' : ''}${whole}.${fraction === '' ? '0' : fraction}`
}

/** Decimals of a dollar in which costs are exact. */
export const PICO_SCALE = 12
