import type { Term } from '../../src/journal/lease.ts'

/** Protocols that are wrong in one way each: the test that clears the right one must find them. */
export const MISTAKES = [
  'lease from the answer',
  'no margin for clocks',
  'a push lengthens the lease',
  'an old answer brings back its term',
  'told counts as acknowledged',
  'leases are forgotten in a restart',
  'readings overlap',
  'no reading before a lease',
] as const
export type Mistake = (typeof MISTAKES)[number]

/** What happens next. Numbers that choose among things are taken modulo how many there are. */
export type Happening =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'clock'; readonly node: number; readonly offsetMs: number }
  | { readonly do: 'activate'; readonly isTold: boolean }
  | { readonly do: 'ask'; readonly journal: number }
  | { readonly do: 'deliver' | 'lose' | 'repeat'; readonly message: number }
  | { readonly do: 'read' }
  | { readonly do: 'alarm' }
  | { readonly do: 'restart'; readonly node: number }

export type Message =
  | { readonly to: 'authority'; readonly kind: 'poke' }
  | {
      readonly to: 'authority'
      readonly kind: 'ask'
      readonly from: number
      readonly life: number
      readonly askedMs: number
    }
  | {
      readonly to: 'authority'
      readonly kind: 'heard'
      readonly from: number
      readonly term: number
      readonly headSeq: number
    }
  | {
      readonly to: number
      readonly kind: 'answer'
      readonly life: number
      readonly term: Term
      readonly askedMs: number
    }
  | { readonly to: number; readonly kind: 'push'; readonly term: Term }
export type Ask = Extract<Message, { kind: 'ask' }>
