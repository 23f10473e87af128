import { type Diagram, EVERYTHING, type Node, NOTHING } from './diagram.ts'

/** Values that each variable may have; undefined where all of them are. A box of the space, in other words. */
export type Box = readonly (readonly number[] | undefined)[]

/** True if a point, given as one value for each variable, is in the set. */
export function includes(diagram: Diagram, set: Node, point: readonly number[]): boolean {
  let node = set
  while (node > EVERYTHING) node = diagram.kid(node, point[diagram.variableOf(node)] ?? 0)
  return node === EVERYTHING
}

/** True if all of one set lies in another. Makes no nodes and stops at the first point outside. */
export function isWithin(diagram: Diagram, set: Node, other: Node): boolean {
  const known = new Set<number>()
  const walk = (a: Node, b: Node): boolean => {
    if (a === NOTHING || b === EVERYTHING || a === b) return true
    if (b === NOTHING) return false
    const key = a * diagram.nodeCount + b
    if (known.has(key)) return true
    const variableA = diagram.variableOf(a)
    const variableB = diagram.variableOf(b)
    const variable = Math.min(variableA, variableB)
    for (let value = 0; value < (diagram.sizes[variable] ?? 0); value++) {
      const kidA = variableA === variable ? diagram.kid(a, value) : a
      const kidB = variableB === variable ? diagram.kid(b, value) : b
      if (!walk(kidA, kidB)) return false
    }
    known.add(key)
    return true
  }
  return walk(set, other)
}

/** True if two sets have a point in common. */
export function meets(diagram: Diagram, a: Node, b: Node): boolean {
  const known = new Set<number>()
  const walk = (x: Node, y: Node): boolean => {
    if (x === NOTHING || y === NOTHING) return false
    if (x === EVERYTHING || y === EVERYTHING || x === y) return true
    const key = x * diagram.nodeCount + y
    if (known.has(key)) return false
    const [variableX, variableY] = [diagram.variableOf(x), diagram.variableOf(y)]
    const variable = Math.min(variableX, variableY)
    for (let value = 0; value < (diagram.sizes[variable] ?? 0); value++) {
      const kidX = variableX === variable ? diagram.kid(x, value) : x
      const kidY = variableY === variable ? diagram.kid(y, value) : y
      if (walk(kidX, kidY)) return true
    }
    known.add(key)
    return false
  }
  return walk(a, b)
}

/** The set without regard to some variables: a point is in it if it is for some values of them. */
export function exists(diagram: Diagram, set: Node, variables: ReadonlySet<number>): Node {
  const last = Math.max(...variables)
  return rebuild(diagram, set, last, (variable, kids) =>
    variables.has(variable) ? diagram.any(kids) : diagram.node(variable, kids),
  )
}

/** The set where one variable has a value, for every value of that variable. */
export const restrict = (diagram: Diagram, set: Node, variable: number, value: number): Node =>
  rebuild(diagram, set, variable, (tested, kids) =>
    tested === variable ? (kids[value] ?? NOTHING) : diagram.node(tested, kids),
  )

function rebuild(
  diagram: Diagram,
  set: Node,
  lastVariable: number,
  join: (variable: number, kids: readonly Node[]) => Node,
): Node {
  const known = new Map<Node, Node>()
  const walk = (node: Node): Node => {
    const variable = diagram.variableOf(node)
    if (node <= EVERYTHING || variable > lastVariable) return node
    const found = known.get(node)
    if (found !== undefined) return found
    const kids = kidsOf(diagram, node).map(walk)
    const made = join(variable, kids)
    known.set(node, made)
    return made
  }
  return walk(set)
}

const kidsOf = (diagram: Diagram, node: Node): readonly Node[] =>
  Array.from({ length: diagram.sizes[diagram.variableOf(node)] ?? 0 }, (_, value) =>
    diagram.kid(node, value),
  )

/** The part of the space that a set fills, from 0 to 1. Only for showing: whether a set is empty is an exact question. */
export function shareOf(diagram: Diagram, set: Node): number {
  const known = new Map<Node, number>()
  const walk = (node: Node): number => {
    if (node <= EVERYTHING) return node
    const found = known.get(node)
    if (found !== undefined) return found
    const kids = kidsOf(diagram, node)
    const share = kids.reduce((sum, kid) => sum + walk(kid), 0) / kids.length
    known.set(node, share)
    return share
  }
  return walk(set)
}

/** The first point of a set, lowest values first; undefined if it is empty. */
export function firstPoint(diagram: Diagram, set: Node): readonly number[] | undefined {
  if (set === NOTHING) return undefined
  const point = diagram.sizes.map(() => 0)
  let node = set
  while (node > EVERYTHING) {
    const value = kidsOf(diagram, node).findIndex((kid) => kid !== NOTHING)
    point[diagram.variableOf(node)] = value
    node = diagram.kid(node, value)
  }
  return point
}

/** A set that is a box. */
export const boxSet = (diagram: Diagram, box: Box): Node =>
  box.reduceRight<Node>(
    (node, values, variable) =>
      values === undefined
        ? node
        : diagram.node(
            variable,
            Array.from({ length: diagram.sizes[variable] ?? 0 }, (_, value) =>
              values.includes(value) ? node : NOTHING,
            ),
          ),
    EVERYTHING,
  )

/**
 * A few boxes that together cover a set, each as large as it can be made around a point that the earlier ones leave: what people can read.
 * `rest` is what they leave, and `pick` takes a point of it; undefined if it is empty. `order` says which variables are freed first; the last ones are those that a box says most about.
 */
export function coverOf(
  diagram: Diagram,
  set: Node,
  boxesMax: number,
  order: readonly number[],
  pick: (rest: Node) => readonly number[] | undefined,
): { readonly boxes: readonly Box[]; readonly rest: Node } {
  const boxes: Box[] = []
  let rest = set
  while (boxes.length < boxesMax) {
    const point = pick(rest)
    if (point === undefined) break
    const box = enlarge(diagram, point, set, order)
    boxes.push(box)
    rest = diagram.without(rest, boxSet(diagram, box))
  }
  return { boxes, rest }
}

/** The box around a point of a set, with every variable freed as far as the set allows, in the given order. */
export function enlarge(
  diagram: Diagram,
  point: readonly number[],
  set: Node,
  order: readonly number[],
): Box {
  const box: (readonly number[] | undefined)[] = point.map((value) => [value])
  const fits = (): boolean => isWithin(diagram, boxSet(diagram, box), set)
  for (const variable of order) {
    const value = point[variable] ?? 0
    box[variable] = undefined
    if (fits()) continue
    let values: readonly number[] = [value]
    for (let other = 0; other < (diagram.sizes[variable] ?? 0); other++) {
      if (other === value) continue
      const wider = [...values, other].toSorted((a, b) => a - b)
      box[variable] = wider
      if (fits()) values = wider
    }
    box[variable] = values
  }
  return box
}
