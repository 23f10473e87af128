import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse as parseYaml } from 'yaml'
import * as z from 'zod'
import { classify } from '../../src/classifier/classify.ts'
import { type Table, tableOf } from '../../src/classifier/table.ts'
import type { Finding } from '../../src/domain/finding.ts'
import { LabelTable } from '../../src/domain/label-table.ts'
import type { Envelope } from '../../src/domain/leaf.ts'
import { err, ok, type Result } from '../../src/domain/result.ts'
import { member, sourceOf } from '../../src/encoding/json-document.ts'
import { scanJson, type JsonDocument } from '../../src/encoding/json-scan.ts'
import { envelopeOf } from '../../src/surfaces/envelope.ts'
import type { Command } from '../demarc.ts'
import { POLICIES_DIRECTORY } from '../lib/paths.ts'

const USAGE = `demarc classify --jsonl < texts.jsonl     how sensitive each text or request body is, and why

in   {"id","text"} or {"id","body"}: a text, or a request body as an object or as its JSON text
out  {"id","level","categories","jurisdictions","scan","findings":[{"kind","start","end","path","confidence"}]}
     start and end count UTF-16 code units, in the text or in the decoded value at path (a JSON Pointer).
     A finding under confidence 0.5 is only possible and raises nothing. A bad line: {"id","error"}`

/** Classifies texts and request bodies, line by line. */
export const classifyCommand: Command = {
  usage: USAGE,
  run: async (args) => {
    const table = await readLabelTable()
    return await runLines(args, USAGE, (line) => classifyLine(line, table))
  },
}

/** Answers each line of standard input with one of standard output, in order. 2 if the arguments are not understood. */
export async function runLines(
  args: readonly string[],
  usage: string,
  answer: (line: string) => object,
): Promise<number> {
  try {
    const { values } = parseArgs({ args: [...args], options: { jsonl: { type: 'boolean' } } })
    if (values.jsonl !== true) throw new TypeError('say --jsonl; nothing else is offered')
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 2
  }
  for await (const line of linesOf(process.stdin.setEncoding('utf8'))) {
    const isFull = !process.stdout.write(`${JSON.stringify(answer(line))}\n`)
    if (isFull) await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
  return 0
}

/** Lines as JSON Lines has them, ended by `\n` alone: node:readline would also break a string at U+2028. */
export async function* linesOf(chunks: AsyncIterable<string | Buffer>): AsyncGenerator<string> {
  let parts: string[] = []
  for await (const chunk of chunks) {
    const [first = '', ...others] = String(chunk).split('\n')
    parts.push(first)
    for (const other of others) {
      yield parts.join('')
      parts = [other]
    }
  }
  const last = parts.join('')
  if (last !== '') yield last
}

/** A line of input, read: a plain text, or a request body with its document. */
export type Input =
  | { readonly id: unknown; readonly text: string; readonly envelope: Envelope }
  | {
      readonly id: unknown
      readonly document: JsonDocument
      readonly isObject: boolean
      readonly envelope: Envelope
    }

export type BadLine = { readonly id: unknown; readonly error: string }

const Line = z.object({
  id: z.union([z.string(), z.number()]),
  text: z.string().optional(),
  body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
})

export function readInput(line: string): Result<Input, BadLine> {
  const json = parseJson(line)
  if (json === undefined) return err({ id: null, error: 'the line is not JSON' })
  const id = z.object({ id: z.unknown() }).safeParse(json).data?.id ?? null
  const parsed = Line.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return err({ id, error: `${issue?.path.join('.') || 'line'}: ${issue?.message}` })
  }
  const { text, body } = parsed.data
  if ((text === undefined) === (body === undefined)) {
    return err({ id, error: 'line: one of "text" and "body"' })
  }
  if (text !== undefined) return ok({ id, text, envelope: envelopeOfText(text) })
  const isObject = typeof body !== 'string'
  const document = scanJson(isObject ? rawBody(line) : body)
  if (!document.ok) {
    return err({ id, error: `body: ${document.error.problem} at offset ${document.error.offset}` })
  }
  return ok({ id, document: document.value, isObject, envelope: envelopeOf(document.value) })
}

/** The body as it stands in the line: parsed and written again, long numbers would change. */
function rawBody(line: string): string {
  const document = scanJson(line)
  return document.ok ? sourceOf(document.value, member(document.value, 0, 'body')) : line
}

const envelopeOfText = (text: string): Envelope => ({
  leaves: [{ text, kind: 'string', node: 0 }],
  pointer: () => '',
  opaque: [],
})

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // said to whoever wrote the line
  }
}

/** What follows from a find, as `policies/labels.yaml` says. */
async function readLabelTable(): Promise<Table> {
  const file = join(POLICIES_DIRECTORY, 'labels.yaml')
  const { labels } = z
    .object({ labels: z.object({ table: LabelTable.optional() }) })
    .parse(parseYaml(await readFile(file, 'utf8')))
  return tableOf(labels.table)
}

/** What the classifier says of one line of input. */
export function classifyLine(line: string, table: Table = tableOf()): object {
  const input = readInput(line)
  if (!input.ok) return input.error
  const { label, findings } = classify(input.value.envelope, [], { table })
  return {
    id: input.value.id,
    level: label.level,
    categories: label.categories,
    jurisdictions: label.jurisdictions,
    scan: label.scan,
    findings: findings.flatMap(publicFinding),
  }
}

/** Markers are our own kind: outside, those about legal matters are `legal`, and the others show in the level alone. */
function publicFinding({ kind, categories, start, end, path, confidence }: Finding): object[] {
  const isMarker = kind === 'marker'
  if (isMarker && !categories.includes('legal')) return []
  return [{ kind: isMarker ? 'legal' : kind, start, end, path, confidence }]
}
