import { classify } from '../../src/classifier/classify.ts'
import type { Classification, Finding, FindingKind } from '../../src/domain/finding.ts'
import type { Envelope, Leaf } from '../../src/domain/leaf.ts'

/** Leaves without a document: the pointer is the leaf's number. */
export const envelope = (...leaves: readonly Omit<Leaf, 'node'>[]): Envelope => ({
  leaves: leaves.map((leaf, node) => ({ ...leaf, node })),
  pointer: ({ node }) => `/${node}`,
  opaque: [],
})

export const string = (text: string): Omit<Leaf, 'node'> => ({ text, kind: 'string' })
export const number = (text: string): Omit<Leaf, 'node'> => ({ text, kind: 'number' })
export const key = (text: string): Omit<Leaf, 'node'> => ({ text, kind: 'key' })

export const classifyText = (text: string): Classification => classify(envelope(string(text)))

/** Findings that count, as `kind: the text itself`. */
export const found = (text: string, ...kinds: readonly FindingKind[]): readonly string[] =>
  certain(classifyText(text))
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    .map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`)

export const certain = ({ findings }: Classification): readonly Finding[] =>
  findings.filter(({ confidence }) => confidence >= 0.5)

/** Two lines of base64, made up for these tests. */
export const BASE64_LINES = [
  'c29tZSBieXRlcyB0aGF0IGFyZSBubyBrZXkgYXQgYWxsLCBvbmx5IHRleHQ=',
  'dG8gYmUgcmVhZCBieSBhIHRlc3Q=',
]

/** Put together from pieces, so that no scanner takes the source of a test for a leak. */
export const joined = (...pieces: readonly string[]): string => pieces.join('')
