import { seeded } from './random.ts'
import { Tally } from './tally.ts'

/**
 * Sharded journals: a root holds a budget and grants parts of it (leases) to shards, each of which reserves and settles
 * against what it was granted without asking anybody. See docs/leases.md for the protocol and what it promises.
 *
 * The model is one of messages, because what goes wrong goes wrong between two of them: a message is lost, comes twice, or
 * late; a shard is cut off, or starts again from what it stored.
 */
export type Setup = {
  readonly seed: number
  /** Pico-dollars, as all amounts here. */
  readonly budget: number
  readonly shards: number
  /** What a shard asks for at a time. */
  readonly lease: number
  readonly steps: number
  /** A request's cost is 0.2 to 2 of this; its bound is 1 to `overestimate` times its cost. */
  readonly cost: number
  readonly overestimate: number
  /** Share of requests whose cost is twice their bound. */
  readonly wrongBounds: number
  /** Per message: lost, or delivered a second time later. */
  readonly loss: number
  readonly duplicates: number
  /** Per step: a shard is cut off from the root for a while, or starts again. */
  readonly partitions: number
  readonly crashes: number
  /** Share of requests of which nobody hears again: they accrue at their bound. */
  readonly silent: number
}

export type Outcome = {
  readonly served: number
  readonly refused: number
  /** What was spent when the first request was refused, as a share of the budget; 1 if none was. */
  readonly firstRefusalAt: number
  /** Requests refused while less than 95 % was spent, as a share of all until then. */
  readonly refusedEarly: number
  readonly rootCallsPerThousand: number
  readonly spent: number
  /** Σ max(0, cost − bound). */
  readonly excess: number
  /** The largest that spent + held ever was, beyond budget + excess: 0 if the promise holds. */
  readonly breach: number
}

type Grant = { readonly shard: number; readonly number: number; readonly amount: number }
type Message =
  | {
      readonly to: 'root'
      readonly shard: number
      readonly number: number
      readonly amount: number
    }
  | { readonly to: 'shard'; readonly grant: Grant; readonly asked: number }

/** A reservation. */
export type Held = { readonly bound: number; readonly cost: number; readonly isSilent: boolean }

/** What a shard has stored: it survives a start. */
export type Shard = {
  free: number
  readonly held: Held[]
  /** Number of the request for a grant that is under way: asked again under the same number until it is answered. */
  asking: number
  granted: number
  cutUntil: number
  /** The root had next to nothing left: not asked again before then. */
  emptyUntil: number
}

type Root = {
  free: number
  /** By shard: grants already made, by number, so that a repeated request gets the same answer. */
  readonly grants: Map<string, number>
}

const RETRY_STEPS = 20
const LATE_STEPS = 40
const EMPTY_STEPS = 2_000

export function simulate(setup: Setup): Outcome {
  const random = seeded(setup.seed)
  const root: Root = { free: setup.budget, grants: new Map() }
  const shards: Shard[] = Array.from({ length: setup.shards }, () => ({
    free: 0,
    held: [],
    asking: 0,
    granted: 0,
    cutUntil: 0,
    emptyUntil: 0,
  }))
  const network = new Network(setup, random)
  const tally = new Tally(setup.budget)
  for (let step = 0; step < setup.steps; step++) {
    for (const message of network.due(step)) deliver(message, root, shards, network, step, tally)
    const at = pickShard(random, setup.shards)
    const shard = shards[at]
    if (shard === undefined) continue
    disturb(shard, setup, random, step)
    settleSome(shard, random, tally)
    request({ at, shard, setup, random, root, step, tally })
    if (shard.free < setup.lease / 2) ask(at, shard, setup.lease, network, step)
    tally.check(shards)
  }
  for (const shard of shards) while (shard.held.length > 0) settleOne(shard, tally)
  tally.check(shards)
  return tally.outcome()
}

/** Traffic is uneven: the n-th shard gets 1/n of the first one's. */
function pickShard(random: () => number, count: number): number {
  let weight = 0
  for (let at = 1; at <= count; at++) weight += 1 / at
  let left = random() * weight
  for (let at = 0; at < count; at++) {
    left -= 1 / (at + 1)
    if (left < 0) return at
  }
  return count - 1
}

function disturb(
  shard: Shard,
  { partitions, crashes }: Setup,
  random: () => number,
  step: number,
): void {
  if (random() < partitions) shard.cutUntil = step + 50 + Math.floor(random() * 200)
  // What it had in memory is gone; what it had stored is not, and it asks again under the same number.
  if (random() < crashes)
    shard.asking = shard.granted === shard.asking ? shard.asking : shard.granted + 1
}

function settleSome(shard: Shard, random: () => number, tally: Tally): void {
  while (shard.held.length > 0 && random() < 0.7) settleOne(shard, tally)
}

function settleOne(shard: Shard, tally: Tally): void {
  const held = shard.held.shift()
  if (held === undefined) return
  const posted = held.isSilent ? held.bound : held.cost
  shard.free += held.bound - posted
  tally.settle(posted, held)
}

type Asking = {
  readonly at: number
  readonly shard: Shard
  readonly setup: Setup
  readonly random: () => number
  readonly root: Root
  readonly step: number
  readonly tally: Tally
}

function request(asking: Asking): void {
  const { shard, setup, random, tally } = asking
  const cost = Math.round(setup.cost * (0.2 + random() * 1.8))
  const isWrong = random() < setup.wrongBounds
  const estimate = 1 + random() * (setup.overestimate - 1)
  const bound = isWrong ? Math.floor(cost / 2) : Math.round(cost * estimate)
  const isSilent = random() < setup.silent
  if (shard.free < bound) waitForGrant(asking)
  if (shard.free < bound) return tally.refuse()
  shard.free -= bound
  shard.held.push({ bound, cost, isSilent })
  tally.serve()
}

/** A request that does not fit waits for the root's answer, once. */
function waitForGrant({ at, shard, setup, random, root, step, tally }: Asking): void {
  if (step < shard.cutUntil || step < shard.emptyUntil || random() < setup.loss) return
  if (shard.asking === shard.granted) shard.asking = shard.granted + 1
  tally.callRoot()
  take(shard, grant(root, at, shard.asking, setup.lease), setup.lease, step)
}

/** What the root grants under a number, now or when it was first asked. Stored before the answer leaves. */
function grant(root: Root, shard: number, number: number, asked: number): Grant {
  const key = `${shard} ${number}`
  const amount = root.grants.get(key) ?? Math.min(root.free, asked)
  if (!root.grants.has(key)) {
    root.grants.set(key, amount)
    root.free -= amount
  }
  return { shard, number, amount }
}

/** Takes a grant, unless it has been taken already. */
function take(shard: Shard, { number, amount }: Grant, asked: number, step: number): void {
  if (number !== shard.granted + 1) return
  shard.granted = number
  shard.free += amount
  if (amount < asked / 10) shard.emptyUntil = step + EMPTY_STEPS
}

function ask(at: number, shard: Shard, amount: number, network: Network, step: number): void {
  if (shard.asking === shard.granted) shard.asking = shard.granted + 1
  if (step < shard.cutUntil || step < shard.emptyUntil) return
  network.send({ to: 'root', shard: at, number: shard.asking, amount }, step)
}

function deliver(
  message: Message,
  root: Root,
  shards: readonly Shard[],
  network: Network,
  step: number,
  tally: Tally,
): void {
  if (message.to === 'root') {
    tally.callRoot()
    const { shard: from, number, amount } = message
    network.send({ to: 'shard', grant: grant(root, from, number, amount), asked: amount }, step)
    return
  }
  const shard = shards[message.grant.shard]
  if (shard === undefined || step < shard.cutUntil) return
  take(shard, message.grant, message.asked, step)
}

/** Loses, repeats and delays. */
class Network {
  readonly #setup: Setup
  readonly #random: () => number
  readonly #due = new Map<number, Message[]>()
  readonly #lastAsked = new Map<string, number>()

  constructor(setup: Setup, random: () => number) {
    this.#setup = setup
    this.#random = random
  }

  send(message: Message, step: number): void {
    if (message.to === 'root' && this.#askedLately(message.shard, message.number, step)) return
    const { loss, duplicates } = this.#setup
    if (this.#random() >= loss) this.#put(message, step + 1 + Math.floor(this.#random() * 3))
    if (this.#random() < duplicates) {
      this.#put(message, step + 1 + Math.floor(this.#random() * LATE_STEPS))
    }
  }

  due(step: number): readonly Message[] {
    const messages = this.#due.get(step) ?? []
    this.#due.delete(step)
    return messages
  }

  #askedLately(shard: number, number: number, step: number): boolean {
    const key = `${shard} ${number}`
    const last = this.#lastAsked.get(key)
    if (last !== undefined && step - last < RETRY_STEPS) return true
    this.#lastAsked.set(key, step)
    return false
  }

  #put(message: Message, step: number): void {
    const messages = this.#due.get(step) ?? []
    messages.push(message)
    this.#due.set(step, messages)
  }
}
