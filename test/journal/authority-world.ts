import {
  acknowledge,
  type AuthorityState,
  CONFIRM_MS,
  grant,
  isConfirmed,
  learn,
  newAuthority,
  pass,
  type Recorded,
  untold,
} from '../../src/journal/authority.ts'
import {
  CLOCK_SKEW_MAX_MS,
  hear,
  type Held,
  LEASE_MARGIN_MS,
  LEASE_MS,
  startWith,
  take,
} from '../../src/journal/lease.ts'
import type { Ask, Happening, Message, Mistake } from './authority-happenings.ts'

type Journal = {
  held: Held
  /** Changes with every restart: an answer to an earlier life reaches nobody. */
  life: number
  headSeq: number
  /** The latest stamp of a decision by term, on the journal's own clock, and the number of its entry. */
  readonly decided: Map<number, { stampMs: number; seq: number; version: number }>
}

type Reading = {
  readonly recorded: Recorded
  readonly askedMs: number
  readonly asks: readonly Ask[]
}

/** One authority, its record, n journals, and whatever is under way between them. */
export class World {
  #nowMs = 1_000_000
  readonly #offsets: number[]
  readonly #journals: Journal[]
  #authority: AuthorityState = newAuthority()
  #readings: Reading[] = []
  #waiting: Ask[] = []
  #mustRead = false
  #version = 1
  /** When each version was put on record, in true time. */
  readonly #recordedMs = new Map([[1, 0]])
  #messages: Message[] = []
  readonly #mistake: Mistake | undefined
  /** What was found wrong. */
  broken: string | undefined

  constructor(journals: number, mistake?: Mistake) {
    this.#offsets = Array.from({ length: journals + 1 }, () => 0)
    this.#journals = Array.from({ length: journals }, () => ({
      held: startWith(undefined),
      life: 0,
      headSeq: 0,
      decided: new Map(),
    }))
    this.#mistake = mistake
  }

  happen(event: Happening): void {
    this.#apply(event)
    for (const [at, journal] of this.#journals.entries()) this.#decide(at, journal)
    this.#check()
  }

  #apply(event: Happening): void {
    switch (event.do) {
      case 'wait':
        this.#nowMs += event.ms
        return
      case 'clock':
        this.#offsets[event.node % this.#offsets.length] = event.offsetMs
        return
      case 'activate':
        this.#version++
        this.#recordedMs.set(this.#version, this.#nowMs)
        if (event.isTold) this.#messages.push({ to: 'authority', kind: 'poke' })
        return
      case 'ask':
        return this.#ask(event.journal % this.#journals.length)
      case 'deliver':
      case 'lose':
      case 'repeat':
        return this.#carry(event)
      case 'read':
        return this.#finishReading()
      case 'alarm':
        return this.#alarm()
      case 'restart':
        return this.#restart(event.node % this.#offsets.length)
    }
  }

  /** The authority is the last node. */
  get #authorityMs(): number {
    return this.#clock(this.#journals.length)
  }

  #clock(node: number): number {
    return this.#nowMs + (this.#offsets[node] ?? 0)
  }

  #ask(from: number): void {
    const life = this.#journals[from]?.life ?? 0
    this.#messages.push({ to: 'authority', kind: 'ask', from, life, askedMs: this.#clock(from) })
  }

  #carry(event: { readonly do: 'deliver' | 'lose' | 'repeat'; readonly message: number }): void {
    if (this.#messages.length === 0) return
    const at = event.message % this.#messages.length
    const message = this.#messages[at]
    if (message === undefined) return
    if (event.do !== 'repeat') this.#messages.splice(at, 1)
    if (event.do === 'lose') return
    if (message.to === 'authority') this.#atAuthority(message)
    else this.#atJournal(message.to, message)
  }

  #atAuthority(message: Extract<Message, { to: 'authority' }>): void {
    if (message.kind === 'heard') {
      this.#authority = acknowledge(
        this.#authority,
        String(message.from),
        message,
        this.#authorityMs,
      )
      return
    }
    if (message.kind === 'poke') this.#mustRead = true
    else if (
      isConfirmed(this.#authority, this.#authorityMs) ||
      (this.#mistake === 'no reading before a lease' && this.#authority.term.number > 0)
    ) {
      return this.#grant(message)
    } else this.#waiting.push(message)
    this.#startReading()
  }

  /** Reads the record, which is slow: what is found may be old when it arrives. */
  #startReading(): void {
    if (this.#readings.length > 0 && this.#mistake !== 'readings overlap') return
    if (!this.#mustRead && this.#waiting.length === 0) return
    const recorded = { version: this.#version, policyHash: `v${this.#version}`, keyEpoch: 1 }
    this.#readings.push({ recorded, askedMs: this.#authorityMs, asks: this.#waiting })
    this.#waiting = []
    this.#mustRead = false
  }

  #finishReading(): void {
    const reading =
      this.#mistake === 'readings overlap' ? this.#readings.pop() : this.#readings.shift()
    if (reading === undefined) return
    this.#authority = learn(this.#authority, reading.recorded, reading.askedMs, this.#authorityMs)
    this.#push()
    for (const ask of reading.asks) this.#grant(ask)
    this.#startReading()
  }

  #grant({ from, life, askedMs }: Ask): void {
    const name = String(from)
    this.#authority = grant(this.#authority, name, this.#authorityMs)
    if (this.#mistake === 'no margin for clocks') {
      const { journals } = this.#authority
      const untilMs = (journals[name] ?? 0) - LEASE_MARGIN_MS
      this.#authority = { ...this.#authority, journals: { ...journals, [name]: untilMs } }
    }
    this.#messages.push({ to: from, kind: 'answer', life, term: this.#authority.term, askedMs })
  }

  #push(): void {
    const { term } = this.#authority
    for (const name of untold(this.#authority)) {
      this.#messages.push({ to: Number(name), kind: 'push', term })
      if (this.#mistake !== 'told counts as acknowledged') continue
      const told = { term: term.number, headSeq: Infinity }
      this.#authority = acknowledge(this.#authority, name, told, this.#authorityMs)
    }
  }

  #alarm(): void {
    this.#authority = pass(this.#authority, this.#authorityMs)
    this.#push()
  }

  #atJournal(at: number, message: Exclude<Message, { to: 'authority' }>): void {
    const journal = this.#journals[at]
    if (journal === undefined) return
    const { term } = message
    if (message.kind === 'push') {
      const heard = hear(journal.held, term)
      const isLonger = this.#mistake === 'a push lengthens the lease'
      journal.held = isLonger ? { ...heard, untilMs: this.#clock(at) + LEASE_MS } : heard
      const { headSeq } = journal
      this.#messages.push({
        to: 'authority',
        kind: 'heard',
        from: at,
        term: journal.held.term,
        headSeq,
      })
      return
    }
    if (message.life !== journal.life) return
    const fromMs = this.#mistake === 'lease from the answer' ? this.#clock(at) : message.askedMs
    const isGullible = this.#mistake === 'an old answer brings back its term'
    const held = isGullible ? { ...journal.held, term: 0 } : journal.held
    journal.held = take(held, term, fromMs)
  }

  #restart(node: number): void {
    const journal = this.#journals[node]
    if (journal === undefined) {
      this.#readings = []
      this.#waiting = []
      this.#mustRead = false
      if (this.#mistake !== 'leases are forgotten in a restart') return
      this.#authority = { ...this.#authority, journals: {} }
      return
    }
    const { term: number, version, policyHash, keyEpoch } = journal.held
    journal.held = startWith({ number, version, policyHash, keyEpoch })
    journal.life++
  }

  /** Whoever may act does: a decision at every moment at which one is possible. */
  #decide(at: number, journal: Journal): void {
    const stampMs = this.#clock(at)
    const { term, version, untilMs } = journal.held
    if (stampMs > untilMs) return
    journal.headSeq++
    const last = journal.decided.get(term)?.stampMs ?? 0
    journal.decided.set(term, { stampMs: Math.max(last, stampMs), seq: journal.headSeq, version })
    for (const [newer, sinceMs] of this.#recordedMs) {
      const boundMs = CONFIRM_MS + LEASE_MS + LEASE_MARGIN_MS
      if (version < newer && this.#nowMs - sinceMs > boundMs) {
        this.broken ??= `version ${version} counts ${this.#nowMs - sinceMs} ms after ${newer} was put on record`
      }
    }
  }

  /** What was declared to be in force everywhere must be so: in true time, by the entries' stamps, and by their numbers. */
  #check(): void {
    for (const [at, journal] of this.#journals.entries()) {
      const mayAct = this.#clock(at) <= journal.held.untilMs
      for (const { term, everywhereMs, proofs } of this.#authority.settled) {
        const where = `term ${term.number} (journal ${at})`
        if (mayAct && journal.held.term < term.number)
          this.broken ??= `acts under an older ${where}`
        if (mayAct && journal.held.version < term.version)
          this.broken ??= `acts before version of ${where}`
        const proof = proofs[String(at)]
        for (const [older, { stampMs, seq }] of journal.decided) {
          if (older >= term.number) continue
          if (stampMs > everywhereMs + CLOCK_SKEW_MAX_MS)
            this.broken ??= `stamped after T of ${where}`
          if (
            proof !== undefined &&
            'acknowledgedAtSeq' in proof &&
            seq > proof.acknowledgedAtSeq
          ) {
            this.broken ??= `entry after the acknowledged one of ${where}`
          }
        }
      }
    }
  }

  /** How many changes were declared to be in force everywhere. */
  get declared(): number {
    return this.#authority.settled.length
  }
}
