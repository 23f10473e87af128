import { createHash } from 'node:crypto'
import type * as z from 'zod'
import { err, ok, type Result } from '../domain/result.ts'
import { canonicalJson } from '../encoding/canonical-json.ts'
import { crossReferenceProblems } from './cross-references.ts'
import type { PolicyProblem } from './problem.ts'
import { Bundle } from './schema.ts'

/**
 * Parses a bundle: the shape first, then every name that one table uses of another.
 *
 * @param adapters names that `destinations[].adapter` may have; undefined to leave that unchecked.
 */
export function parseBundle(
  json: unknown,
  adapters?: readonly string[],
): Result<Bundle, readonly PolicyProblem[]> {
  const parsed = Bundle.safeParse(json)
  if (!parsed.success)
    return err(parsed.error.issues.flatMap((issue) => shapeProblems(issue, json)))
  const problems = crossReferenceProblems(parsed.data, adapters)
  return problems.length === 0 ? ok(parsed.data) : err(problems)
}

/** The text that is hashed, stored and run, and its SHA-256 in hex. Equal policies have equal texts. */
export function canonicalBundle(bundle: Bundle): { readonly text: string; readonly hash: string } {
  const text = canonicalJson(bundle)
  return { text, hash: hashOf(text) }
}

/** SHA-256 of a bundle's text, in hex. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

type Issue = z.core.$ZodIssue

function shapeProblems(issue: Issue, json: unknown): readonly PolicyProblem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? part.toString() : part))
  return [{ path, rule: ruleAt(json, path), problem: describe(issue) }]
}

function describe(issue: Issue): string {
  if (issue.code === 'invalid_union') {
    const arms = issue.errors.map((arm) =>
      arm
        .map(
          (inner) =>
            `${inner.path.length === 0 ? '' : `${inner.path.join('.')}: `}${describe(inner)}`,
        )
        .join(', '),
    )
    return arms.length === 0
      ? issue.message
      : `fits none of the accepted forms: ${arms.join(' | ')}`
  }
  if (issue.code === 'unrecognized_keys')
    return `unknown key ${issue.keys.join(', ')}; see policies/schema for the accepted ones`
  return issue.message
}

/** The id of the list entry that a path leads into. */
function ruleAt(json: unknown, path: readonly (string | number)[]): string | null {
  const id = valueAt(json, [...path.slice(0, 2), 'id'])
  return path.length > 1 && typeof id === 'string' ? id : null
}

function valueAt(json: unknown, path: readonly (string | number)[]): unknown {
  let value = json
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = new Map<string, unknown>(Object.entries(value)).get(String(part))
  }
  return value
}
