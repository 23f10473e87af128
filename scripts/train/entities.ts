import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { TAGS } from '../../src/classifier/learned/tagger.ts'

/** A text with its entities. A tag of `UNKNOWN` says that nobody marked that stretch: it is not learned from. */
export type Example = { readonly text: string; readonly spans: readonly EntitySpan[] }
export type EntitySpan = { readonly start: number; readonly end: number; readonly tag: number }
export const UNKNOWN = -1

const Tokens = z.object({ tokens: z.array(z.string()), tags: z.array(z.string()) })
const TAG_OF: Readonly<Record<string, number>> = {
  PER: TAGS.indexOf('person'),
  LOC: TAGS.indexOf('location'),
  ORG: TAGS.indexOf('organization'),
}

/**
 * The files of `train/ner` that are learned from. SEC-filings mark roles such as "Borrower" as persons, so its persons
 * are left unlearned.
 */
export function readExamples(directory: string): readonly Example[] {
  const folder = join(directory, 'train/ner')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .toSorted()
    .flatMap((file) =>
      readLines(join(folder, file)).map((line) => {
        const { tokens, tags } = Tokens.parse(JSON.parse(line))
        return toExample(tokens, tags, file.startsWith('sec-filings'))
      }),
    )
}

export const readLines = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')

/** Signs that stand close to the word before, or after. */
const CLOSE = /^(?:[.,;:!?)\]}%'’”]|'s|’s|n't|'m|'re|'ve|'ll|'d)$/
const OPENS = /^[([{“„#$£€]$/

function toExample(tokens: readonly string[], tags: readonly string[], isLegal: boolean): Example {
  let text = ''
  let isOpen = true
  const spans: { start: number; end: number; tag: number }[] = []
  for (const [place, token] of tokens.entries()) {
    if (!isOpen && !CLOSE.test(token)) text += ' '
    const start = text.length
    text += token
    isOpen = OPENS.test(token)
    const [position = 'O', name = ''] = (tags[place] ?? 'O').split('-')
    const tag = TAG_OF[name]
    if (position === 'O' || tag === undefined) continue
    const own = isLegal && tag === TAG_OF['PER'] ? UNKNOWN : tag
    const last = spans.at(-1)
    if (position === 'I' && last?.tag === own) last.end = text.length
    else spans.push({ start, end: text.length, tag: own })
  }
  return { text, spans }
}

export type NameLists = {
  readonly first: readonly string[]
  readonly surnames: readonly string[]
}

/** Names by language, and all together. */
export function readNames(
  directory: string,
): NameLists & { readonly byLanguage: ReadonlyMap<string, NameLists> } {
  const read = (kind: string, language: string) =>
    readLines(join(directory, 'train/names', kind, `${language}.txt`))
  const languages = readdirSync(join(directory, 'train/names/first'))
    .map((file) => file.replace('.txt', ''))
    .toSorted()
  const byLanguage = new Map(
    languages.map((language) => [
      language,
      { first: read('first', language), surnames: read('surnames', language) },
    ]),
  )
  const lists = [...byLanguage.values()]
  return {
    byLanguage,
    first: [...new Set(lists.flatMap(({ first }) => first))].toSorted(),
    surnames: [...new Set(lists.flatMap(({ surnames }) => surnames))].toSorted(),
  }
}

const Text = z.object({ text: z.string() })
export const readTexts = (file: string): readonly string[] =>
  readLines(file).map((line) => Text.parse(JSON.parse(line)).text)
