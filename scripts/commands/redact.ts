import { classify } from '../../src/classifier/classify.ts'
import { CONFIDENCE_MIN } from '../../src/classifier/levels.ts'
import { createPseudonyms, type Pseudonyms } from '../../src/classifier/pseudonyms.ts'
import { REDACTABLE, redactText } from '../../src/classifier/redact.ts'
import type { Finding } from '../../src/domain/finding.ts'
import { keyOf, nodeAt, sourceOf, stringOf } from '../../src/encoding/json-document.ts'
import type { JsonDocument } from '../../src/encoding/json-scan.ts'
import { splice, type Patch } from '../../src/encoding/splice.ts'
import type { Command } from '../demarc.ts'
import { readInput, runLines } from './classify.ts'

const USAGE = `demarc redact --jsonl < texts.jsonl     the same texts and bodies, with typed placeholders for what was found

in   {"id","text"} or {"id","body"}, as for classify
out  {"id","text"} or {"id","body"}, and "placeholders": {"[EMAIL_KVRTB]": "…"}. The same value has the same placeholder
     wherever the id is the same. The originals stand in the output: keep it where the input may be kept. A bad line: {"id","error"}`

/** Replaces what was found, line by line. */
export const redactCommand: Command = {
  usage: USAGE,
  run: async (args) => await runLines(args, USAGE, redactLine),
}

/** One line of input with placeholders. A body comes back as it came: an object or a JSON text. */
export function redactLine(line: string): object {
  const read = readInput(line)
  if (!read.ok) return read.error
  const input = read.value
  const findings = classify(input.envelope).findings.filter(
    ({ confidence }) => confidence >= CONFIDENCE_MIN,
  )
  const pseudonyms = createPseudonyms(`demarc redact ${JSON.stringify(input.id)}`, (text) =>
    line.includes(text),
  )
  const redacted =
    'text' in input
      ? { text: redactText(input.text, findings, REDACTABLE, pseudonyms.placeholderOf) }
      : { body: redactBody(input.document, input.isObject, findings, pseudonyms) }
  return { id: input.id, ...redacted, placeholders: Object.fromEntries(pseudonyms.values) }
}

function redactBody(
  document: JsonDocument,
  isObject: boolean,
  findings: readonly Finding[],
  { placeholderOf }: Pseudonyms,
): unknown {
  const patches: Patch[] = []
  for (const found of Map.groupBy(findings, placeOf).values()) {
    const [first] = found
    if (first === undefined || !found.some(({ kind }) => REDACTABLE.includes(kind))) continue
    const node = nodeAt(document, first.path)
    const span = first.inKey === true ? keySpan(document, node) : valueSpan(document, node)
    const text = redactText(span.text, found, REDACTABLE, placeholderOf)
    patches.push({ start: span.start, end: span.end, text: JSON.stringify(text) })
  }
  const text = splice(document.text, patches)
  return isObject ? JSON.parse(text) : text
}

const placeOf = ({ path, inKey }: Finding): string => `${inKey === true ? 'key' : 'value'} ${path}`

const keySpan = (document: JsonDocument, node: number) => ({
  text: keyOf(document, node) ?? '',
  start: document.keyStarts[node] ?? 0,
  end: document.keyEnds[node] ?? 0,
})

/** A number, too, is replaced by a string. */
const valueSpan = (document: JsonDocument, node: number) => ({
  text: stringOf(document, node) ?? sourceOf(document, node),
  start: document.starts[node] ?? 0,
  end: document.ends[node] ?? 0,
})
