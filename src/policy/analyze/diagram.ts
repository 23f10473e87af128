/** A node of a diagram: 0 is the empty set, 1 is everything, others are positions. Equal sets are equal numbers. */
export type Node = number
export const NOTHING: Node = 0
export const EVERYTHING: Node = 1

const AND = 0
const OR = 1
const WITHOUT = 2
type Operation = typeof AND | typeof OR | typeof WITHOUT

/** A diagram would need more nodes than it may have: nothing is known then, and nothing may be claimed. */
export class DiagramTooLarge extends Error {
  readonly nodesMax: number
  constructor(nodesMax: number) {
    super(`the diagram needs more than ${nodesMax} nodes`)
    this.nodesMax = nodesMax
  }
}

/**
 * Sets of points in a finite space, as hash-consed multi-valued decision diagrams. A point has one value, from 0, for each variable; a node
 * tests one variable and has one kid for each of its values. Variables are tested in their order, and no two nodes are alike, so equality is
 * identity and every answer is exact.
 *
 * Background: R. E. Bryant, "Graph-Based Algorithms for Boolean Function Manipulation" (1986), with more than two kids a node.
 */
export class Diagram {
  /** How many values each variable has. */
  readonly sizes: readonly number[]
  readonly #nodesMax: number
  #count = 2
  /** Which variable a node tests; for 0 and 1 the number of variables. */
  #variables: Int32Array
  /** Where its kids begin in `#kids`. */
  #starts: Int32Array
  #kids = new Int32Array(1 << 14)
  #kidsEnd = 0
  /** Open addressing: positions of nodes, 0 where free. */
  #table = new Int32Array(1 << 13)
  /** Results of operations, direct-mapped: a later result may replace an earlier one, which costs time and never truth. */
  #memo = new Int32Array(4 << 14)
  #stack = new Int32Array(1 << 12)
  #stackEnd = 0

  constructor(sizes: readonly number[], nodesMax: number) {
    this.sizes = sizes
    this.#nodesMax = nodesMax
    this.#variables = new Int32Array(1 << 12)
    this.#starts = new Int32Array(1 << 12)
    this.#variables[0] = sizes.length
    this.#variables[1] = sizes.length
  }

  get nodeCount(): number {
    return this.#count
  }

  variableOf(node: Node): number {
    return this.#variables[node] ?? 0
  }

  kid(node: Node, value: number): Node {
    return this.#kids[(this.#starts[node] ?? 0) + value] ?? 0
  }

  /** The points whose value of one variable passes a test. */
  literal(variable: number, test: (value: number) => boolean): Node {
    return this.node(
      variable,
      Array.from({ length: this.sizes[variable] ?? 0 }, (_, value) =>
        test(value) ? EVERYTHING : NOTHING,
      ),
    )
  }

  /** A node by its variable and kids, which test later variables only. */
  node(variable: number, kids: readonly Node[]): Node {
    const base = this.#push(kids.length)
    for (const [at, kid] of kids.entries()) this.#stack[base + at] = kid
    const node = this.#intern(variable, base, kids.length)
    this.#stackEnd = base
    return node
  }

  and(a: Node, b: Node): Node {
    return this.#apply(AND, a, b)
  }

  or(a: Node, b: Node): Node {
    return this.#apply(OR, a, b)
  }

  /** What is in `a` and not in `b`. */
  without(a: Node, b: Node): Node {
    return this.#apply(WITHOUT, a, b)
  }

  not(a: Node): Node {
    return this.#apply(WITHOUT, EVERYTHING, a)
  }

  all(nodes: readonly Node[]): Node {
    return nodes.reduce((a, b) => this.and(a, b), EVERYTHING)
  }

  any(nodes: readonly Node[]): Node {
    return nodes.reduce((a, b) => this.or(a, b), NOTHING)
  }

  #apply(operation: Operation, first: Node, second: Node): Node {
    let a = first
    let b = second
    if (operation === WITHOUT) {
      if (a === NOTHING || b === EVERYTHING || a === b) return NOTHING
      if (b === NOTHING) return a
    } else {
      const absorbing = operation === AND ? NOTHING : EVERYTHING
      const neutral = operation === AND ? EVERYTHING : NOTHING
      if (a === absorbing || b === absorbing) return absorbing
      if (a === neutral || a === b) return b
      if (b === neutral) return a
      if (a > b) [a, b] = [b, a]
    }
    const memo = this.#memo
    const slot = (mix(a, b, operation) & ((memo.length >> 2) - 1)) << 2
    if (memo[slot] === a && memo[slot + 1] === b && memo[slot + 2] === operation)
      return memo[slot + 3] ?? 0
    const result = this.#applyToKids(operation, a, b)
    // The memo may have grown meanwhile; the slot is then one of the old.
    if (memo === this.#memo) {
      memo[slot] = a
      memo[slot + 1] = b
      memo[slot + 2] = operation
      memo[slot + 3] = result
    }
    return result
  }

  #applyToKids(operation: Operation, a: Node, b: Node): Node {
    const variableA = this.#variables[a] ?? 0
    const variableB = this.#variables[b] ?? 0
    const variable = Math.min(variableA, variableB)
    const size = this.sizes[variable] ?? 0
    const base = this.#push(size)
    for (let value = 0; value < size; value++) {
      const kidA = variableA === variable ? this.kid(a, value) : a
      const kidB = variableB === variable ? this.kid(b, value) : b
      const kid = this.#apply(operation, kidA, kidB)
      this.#stack[base + value] = kid
    }
    const node = this.#intern(variable, base, size)
    this.#stackEnd = base
    return node
  }

  #push(size: number): number {
    const base = this.#stackEnd
    this.#stackEnd += size
    if (this.#stackEnd > this.#stack.length) this.#stack = grown(this.#stack, this.#stackEnd)
    return base
  }

  /** The one node with the kids that lie on the stack. */
  #intern(variable: number, base: number, size: number): Node {
    const first = this.#stack[base] ?? 0
    let isUniform = true
    let hash = variable
    for (let at = 0; at < size; at++) {
      const kid = this.#stack[base + at] ?? 0
      if (kid !== first) isUniform = false
      hash = Math.imul(hash ^ kid, 0x9e3779b1)
      hash ^= hash >>> 15
    }
    if (isUniform) return first
    const mask = this.#table.length - 1
    let slot = hash & mask
    for (let node = this.#table[slot] ?? 0; node !== 0; node = this.#table[slot] ?? 0) {
      if (this.#isSame(node, variable, base, size)) return node
      slot = (slot + 1) & mask
    }
    return this.#add(variable, base, size, slot)
  }

  #isSame(node: Node, variable: number, base: number, size: number): boolean {
    if (this.#variables[node] !== variable) return false
    const start = this.#starts[node] ?? 0
    for (let at = 0; at < size; at++)
      if (this.#kids[start + at] !== this.#stack[base + at]) return false
    return true
  }

  #add(variable: number, base: number, size: number, slot: number): Node {
    // Wide nodes count for as much as they weigh.
    if (this.#count >= this.#nodesMax || this.#kidsEnd > this.#nodesMax * KIDS_PER_NODE)
      throw new DiagramTooLarge(this.#nodesMax)
    const node = this.#count++
    if (node >= this.#variables.length) {
      this.#variables = grown(this.#variables, node + 1)
      this.#starts = grown(this.#starts, node + 1)
    }
    if (this.#kidsEnd + size > this.#kids.length)
      this.#kids = grown(this.#kids, this.#kidsEnd + size)
    this.#variables[node] = variable
    this.#starts[node] = this.#kidsEnd
    for (let at = 0; at < size; at++) this.#kids[this.#kidsEnd + at] = this.#stack[base + at] ?? 0
    this.#kidsEnd += size
    this.#table[slot] = node
    if (this.#count * 2 > this.#table.length) this.#rehash()
    return node
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2)
    const mask = table.length - 1
    for (let node = 2; node < this.#count; node++) {
      const variable = this.#variables[node] ?? 0
      const size = this.sizes[variable] ?? 0
      let hash = variable
      for (let value = 0; value < size; value++) {
        hash = Math.imul(hash ^ this.kid(node, value), 0x9e3779b1)
        hash ^= hash >>> 15
      }
      let slot = hash & mask
      while (table[slot] !== 0) slot = (slot + 1) & mask
      table[slot] = node
    }
    this.#table = table
    if (this.#memo.length < table.length * 4 && this.#memo.length < MEMO_LENGTH_MAX)
      this.#memo = new Int32Array(this.#memo.length * 2)
  }
}

/** Kids of a node on average: two for most, some for the attributes with many values. */
const KIDS_PER_NODE = 8

/** 16 MiB: beyond, more memory saves little time. */
const MEMO_LENGTH_MAX = 4 << 20

function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(array.length * 2, length))
  larger.set(array)
  return larger
}

function mix(a: number, b: number, c: number): number {
  let hash = Math.imul(a ^ Math.imul(b, 0x85ebca6b) ^ (c << 28), 0x9e3779b1)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2c1b3c6d) >>> 0
}
