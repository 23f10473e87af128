import { type Label, LEVELS, SCANS } from '../domain/label.ts'
import { countriesOf, type Groups, type Reading, type RequestAttributes } from './conditions.ts'
import type { RequestCondition } from './schema.ts'

/**
 * A condition on requests, compiled so that a request is tested against hundreds of them in a microsecond or two: what most conditions look
 * at is one bit each.
 */
export type RequestTest = {
  readonly levels: number
  readonly scans: number
  readonly any: Bits | undefined
  readonly all: Bits | undefined
  readonly none: Bits | undefined
  /** Whatever else it asks of the label. */
  readonly label: ((label: Label) => boolean) | undefined
  /** What it asks of the caller and the handling. */
  readonly rest: ((request: RequestAttributes) => boolean) | undefined
  /** A request that could not be read is taken to hold every category that the condition asks for, and to lack what would exempt it. */
  readonly isWorst: boolean
}

type Bits = { readonly low: number; readonly high: number }

/** Which bit stands for which category. */
export type CategoryBits = ReadonlyMap<string, number>

/** A request as the tests want it. */
export type Encoded = {
  readonly request: RequestAttributes
  readonly level: number
  readonly scan: number
  readonly low: number
  readonly high: number
}

const WORD_BITS = 31
const BITS_MAX = 2 * WORD_BITS
const UNSCANNED = 1 << SCANS.indexOf('unscanned')
const RESTRICTED = 1 << LEVELS.indexOf('restricted')

/** Gives each category that some conditions name a bit, as far as there are any: the others are compared by name. */
export function categoryBitsOf(conditions: readonly RequestCondition[]): CategoryBits {
  const names = new Set<string>(
    conditions.flatMap(({ categories: { any = [], all = [], none = [] } = {} }) => [
      ...any,
      ...all,
      ...none,
    ]),
  )
  return new Map([...names].slice(0, BITS_MAX).map((name, bit) => [name, bit]))
}

export function encode(request: RequestAttributes, bits: CategoryBits): Encoded {
  const { level, scan, categories } = request.label
  const scanBit = 1 << SCANS.indexOf(scan)
  let low = 0
  let high = 0
  for (const category of categories) {
    const bit = bits.get(category)
    if (bit === undefined) continue
    if (bit < WORD_BITS) low |= 1 << bit
    else high |= 1 << (bit - WORD_BITS)
  }
  return {
    request,
    // An unscanned request counts as the highest level, whatever was seen of it.
    level: scanBit === UNSCANNED ? RESTRICTED : 1 << LEVELS.indexOf(level),
    scan: scanBit,
    low,
    high,
  }
}

/** Applies a test. Total: no errors, no loops that grow with anything but the rule and the label. */
export function meets(test: RequestTest, encoded: Encoded): boolean {
  if ((test.levels & encoded.level) === 0 || (test.scans & encoded.scan) === 0) return false
  if (!(test.isWorst && encoded.scan === UNSCANNED) && !meetsRead(test, encoded)) return false
  return test.rest === undefined || test.rest(encoded.request)
}

function meetsRead({ any, all, none, label }: RequestTest, encoded: Encoded): boolean {
  const { low, high } = encoded
  if (any !== undefined && (any.low & low) === 0 && (any.high & high) === 0) return false
  if (all !== undefined && ((all.low & ~low) !== 0 || (all.high & ~high) !== 0)) return false
  if (none !== undefined && ((none.low & low) !== 0 || (none.high & high) !== 0)) return false
  return label === undefined || label(encoded.request.label)
}

export function compileRequestCondition(
  condition: RequestCondition,
  groups: Groups,
  reading: Reading,
  bits: CategoryBits,
): RequestTest {
  const { level, scan, categories: { any, all, none } = {}, jurisdictions } = condition
  const levels =
    level === undefined
      ? LEVELS
      : Array.isArray(level)
        ? level
        : LEVELS.slice(LEVELS.indexOf(level.atLeast))
  const labelTests = [
    ...(any === undefined || bitsOf(any, bits) !== undefined
      ? []
      : [({ categories }: Label) => categories.some((one) => any.includes(one))]),
    ...(all === undefined || bitsOf(all, bits) !== undefined
      ? []
      : [({ categories }: Label) => all.every((one) => categories.includes(one))]),
    ...(none === undefined || bitsOf(none, bits) !== undefined
      ? []
      : [({ categories }: Label) => !categories.some((one) => none.includes(one))]),
    ...(jurisdictions === undefined ? [] : [jurisdictionTest(jurisdictions, groups)]),
  ]
  return {
    levels: maskOf(levels, LEVELS),
    scans: maskOf(scan ?? SCANS, SCANS),
    any: any && bitsOf(any, bits),
    all: all && bitsOf(all, bits),
    none: none && bitsOf(none, bits),
    label: conjunction(labelTests),
    rest: conjunction([...callerTests(condition), ...handlingTests(condition)]),
    isWorst: reading === 'worst',
  }
}

const maskOf = <T>(values: readonly T[], order: readonly T[]): number =>
  values.reduce((mask, value) => mask | (1 << order.indexOf(value)), 0)

/** Undefined if one of them has no bit. */
function bitsOf(names: readonly string[], bits: CategoryBits): Bits | undefined {
  let low = 0
  let high = 0
  for (const name of names) {
    const bit = bits.get(name)
    if (bit === undefined) return undefined
    if (bit < WORD_BITS) low |= 1 << bit
    else high |= 1 << (bit - WORD_BITS)
  }
  return { low, high }
}

function jurisdictionTest(
  { any, unknown }: NonNullable<RequestCondition['jurisdictions']>,
  groups: Groups,
): (label: Label) => boolean {
  const countries = countriesOf(any, groups)
  return ({ jurisdictions: found }) =>
    found.length === 0 ? unknown : found.some((country) => countries.has(country))
}

type Test = (request: RequestAttributes) => boolean

function callerTests({ team, app, purpose, quality, operation }: RequestCondition): Test[] {
  const tests: Test[] = []
  if (team !== undefined) tests.push((request) => team.includes(request.team))
  if (app !== undefined) tests.push((request) => app.includes(request.app))
  if (purpose !== undefined) tests.push((request) => purpose.includes(request.purpose))
  if (quality !== undefined) tests.push((request) => quality.includes(request.quality))
  if (operation !== undefined) tests.push((request) => operation.includes(request.operation))
  return tests
}

function handlingTests({ handling }: RequestCondition): Test[] {
  const { stored, hostedTools, longCache, serviceTier } = handling ?? {}
  const tests: Test[] = []
  if (stored !== undefined) tests.push((request) => request.handling.stored === stored)
  if (hostedTools !== undefined)
    tests.push((request) => request.handling.hostedTools === hostedTools)
  if (longCache !== undefined) tests.push((request) => request.handling.longCache === longCache)
  if (serviceTier !== undefined)
    tests.push((request) => request.handling.serviceTier === serviceTier)
  return tests
}

/** Undefined if there is nothing to test. */
function conjunction<T>(
  tests: readonly ((value: T) => boolean)[],
): ((value: T) => boolean) | undefined {
  const [first, second] = tests
  if (first === undefined || second === undefined) return first
  if (tests.length === 2) return (value) => first(value) && second(value)
  return (value) => tests.every((test) => test(value))
}
