import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as z from 'zod'

/** A labelled text. Offsets are UTF-16 code units. */
const Row = z.object({
  id: z.string(),
  text: z.string(),
  lang: z.string().default('und'),
  spans: z
    .array(z.object({ kind: z.string(), start: z.int(), end: z.int() }))
    .default([])
    .readonly(),
  /** Labels of the whole document. */
  doc: z
    .array(z.string())
    .nullish()
    .transform((labels) => labels ?? []),
  /** Kind that a recogniser's test is about, and how often it must be found. */
  target: z.string().optional(),
  expect: z.int().optional(),
  valid: z.boolean().nullish(),
})
export type Row = z.infer<typeof Row>

export type EvalSet = {
  readonly name: string
  /** `negatives`: texts of nobody, in which structured kinds are false alarms unless marked. */
  readonly group: 'dev' | 'negatives'
  readonly rows: readonly Row[]
}

/** Reads `dev/*.jsonl[.gz]` and `negatives/*.jsonl` below the folder; `names` keeps only those. */
export function readSets(directory: string, names: readonly string[]): readonly EvalSet[] {
  return (['dev', 'negatives'] as const).flatMap((group) =>
    readdirSync(join(directory, group))
      .filter((file) => /\.jsonl(?:\.gz)?$/.test(file))
      .toSorted()
      .map((file) => ({ file, name: file.replace(/\.jsonl(?:\.gz)?$/, '') }))
      .filter(({ name }) => names.length === 0 || names.includes(name))
      .map(({ file, name }) => ({ name, group, rows: readRows(join(directory, group, file)) })),
  )
}

/** Reads JSON Lines, gzipped or not. */
export function readRows(file: string): readonly Row[] {
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Row.parse(JSON.parse(line)))
}

/** Kinds that a set marks throughout, so that a find without a mark is wrong; elsewhere only recall is sound. */
const ENTITIES = ['person', 'location', 'organization']
const COMPLETE: Readonly<Record<string, readonly string[]>> = {
  'presidio-generated-large': [
    ...ENTITIES,
    'email',
    'phone',
    'card',
    'iban',
    'us_ssn',
    'ip',
    'address',
    'any',
  ],
  'meddocan-dev': ['person', 'email', 'phone', 'address', 'national_id'],
  'germeval14-dev': ENTITIES,
  'german-ler-dev': ENTITIES,
  wikigold: ENTITIES,
  'broad-twitter-h': ENTITIES,
  'wnut17-dev': ENTITIES,
  'uner-ewt-dev': ENTITIES,
  sgd: ['phone'],
}
export const isComplete = (set: string, kind: string): boolean =>
  COMPLETE[set]?.includes(kind) === true

/** Sets of bare numbers: without context nothing is more than possible, so finds count at any confidence. */
export const isBareNumbers = (set: string): boolean =>
  set === 'recognizers' || set === 'stdnum-js-numbers'
