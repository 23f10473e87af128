/** Counts by name in windows of fixed length. Bounded: when there are too many names, all are forgotten. */
export class CallRate {
  private readonly counts = new Map<string, { windowMs: number; count: number }>()
  private readonly lengthMs: number
  private readonly namesMax: number

  constructor(lengthMs: number, namesMax: number) {
    this.lengthMs = lengthMs
    this.namesMax = namesMax
  }

  /** When the window began that this moment lies in. */
  windowAt(nowMs: number): number {
    return nowMs - (nowMs % this.lengthMs)
  }

  /** Seconds until the next window, at least 1. */
  secondsLeft(nowMs: number): number {
    return Math.max(1, Math.ceil((this.windowAt(nowMs) + this.lengthMs - nowMs) / 1000))
  }

  count(name: string, nowMs: number): number {
    const kept = this.counts.get(name)
    return kept?.windowMs === this.windowAt(nowMs) ? kept.count : 0
  }

  /** Counts one more, or makes the count at least `atLeast`, and answers it. */
  add(name: string, nowMs: number, atLeast = 0): number {
    const count = Math.max(this.count(name, nowMs) + 1, atLeast)
    if (this.counts.size >= this.namesMax && !this.counts.has(name)) this.counts.clear()
    this.counts.set(name, { windowMs: this.windowAt(nowMs), count })
    return count
  }
}
