import { type Node, NOTHING } from './diagram.ts'
import { exists } from './diagram-queries.ts'
import { type Model, targetSet } from './model.ts'

/**
 * Where requests go first, second and so on, of what is permitted: choice `n` holds each request with the destinations of its n-th rank.
 * Ranks of which nothing is permitted do not count, so two policies that send alike have the same choices, however their routes are written.
 */
export function choicesOf(model: Model): readonly Node[] {
  const { diagram, space, permitted } = model
  const destination = new Set([space.at('destination')])
  const chosen: Node[] = []
  let rest = ranksOf(model).map((rank) => diagram.and(rank, permitted))
  while (rest.some((rank) => rank !== NOTHING)) {
    let served: Node = NOTHING
    let choice: Node = NOTHING
    rest = rest.map((rank) => {
      const first = diagram.without(rank, served)
      choice = diagram.or(choice, first)
      served = diagram.or(served, exists(diagram, first, destination))
      return diagram.without(rank, first)
    })
    chosen.push(choice)
  }
  return chosen
}

/** What routes list in their first rank, their second, and so on. A destination has the first rank that lists it. */
function ranksOf(model: Model): readonly Node[] {
  const { diagram, routes, facts } = model
  const ranks: Node[] = []
  for (const { rule, reached } of routes) {
    let listed: Node = NOTHING
    for (const [at, rank] of rule.prefer.entries()) {
      const targets = targetSet(model, facts, Array.isArray(rank) ? rank : [rank])
      const fresh = diagram.without(targets, listed)
      listed = diagram.or(listed, targets)
      ranks[at] = diagram.or(ranks[at] ?? NOTHING, diagram.and(reached, fresh))
    }
  }
  return ranks
}
