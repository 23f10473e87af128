import * as z from 'zod'

/** What kind of place a destination is. `own` hardware is `onprem`; `edge` is Cloudflare and so a third party. */
export const DestinationClass = z.enum(['edge', 'hosted', 'onprem', 'closed'])
export type DestinationClass = z.infer<typeof DestinationClass>

/** `own` is hardware that the organisation controls. */
export const Zone = z.enum(['own', 'third-party'])
export type Zone = z.infer<typeof Zone>

export const Agreement = z.enum(['dpa', 'baa', 'scc', 'zdr', 'pci-aoc'])
export type Agreement = z.infer<typeof Agreement>

/** What is true of a destination today: facts whose evidence has expired are already at their worst value. */
export type DestinationFacts = {
  readonly class: DestinationClass
  readonly zone: Zone
  /** ISO 3166-1 alpha-2 codes of where it may process; empty if unknown. */
  readonly countries: readonly string[]
  readonly legalEntity: string
  /** Days that the prompt may be kept; Infinity if unknown. */
  readonly retentionDays: number
  readonly trainsOnData: boolean
  readonly agreements: readonly Agreement[]
}
