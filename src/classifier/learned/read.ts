import { HEALTH_HEAD } from '../weights/health-head.ts'
import { NAME_FILTER } from '../weights/name-filter.ts'
import { TAGGER } from '../weights/tagger.ts'
import { confidenceOf, COUNTS } from './calibration.ts'
import { Head } from './head.ts'
import { NameFilter } from './names.ts'
import { NONE, PERSON_MIN, Tagger, TAGS } from './tagger.ts'
import { unpackBits, unpackLevels } from './weights.ts'
import { BEGINS_CAPITAL, IS_HANDLE, IS_URL, IS_WORD, Sentence } from './words.ts'

/** Something with a name, in UTF-16 code units of the text. */
export type Entity = {
  readonly kind: 'person' | 'location' | 'organization' | 'url'
  readonly start: number
  readonly end: number
  /** 0 to 1: the share of finds that look like this one and were right on texts never trained on. */
  readonly confidence: number
}

/** A name that is certain enough to be looked for in the rest of the text. */
const CERTAIN = 0.75
/** Words kept for that, and how sure a repeated one is. */
const REPEATS_MAX = 4_000
const REPEATED = 0.72
/** Shorter words are repeated by chance. */
const REPEATED_LENGTH_MIN = 3
/** An @handle names an account: mostly a person's (82 % of those marked in dev/broad-twitter-h). */
const HANDLE = 0.7
const HANDLE_LENGTH_MIN = 4
const URL = 0.95
/** With more signs of programming in the text, `@` begins decorators and packages. */
const CODE_SIGNS_MAX = 4

/** A call, a path, a domain or a key. */
const GOES_ON = /^(?:[(/@]|[.:][^\s])/

type Models = { readonly tagger: Tagger; readonly health: Head }

/** Unpacked when the first text comes. */
let models: Models | undefined
const loadModels = (): Models =>
  (models ??= {
    tagger: new Tagger({
      weights: unpackLevels(TAGGER),
      scale: TAGGER.scale,
      names: new NameFilter(unpackBits(NAME_FILTER)),
    }),
    health: new Head({
      weights: unpackLevels(HEALTH_HEAD),
      scale: HEALTH_HEAD.scale,
      bias: HEALTH_HEAD.bias,
    }),
  })

/** Scratch space: filled and read within one call. */
const SENTENCE = new Sentence()
const REPEATS = {
  count: 0,
  hash: new Int32Array(REPEATS_MAX),
  /** Number of the entity that the word is part of, if that is not certain; else -1. */
  entity: new Int32Array(REPEATS_MAX),
  start: new Int32Array(REPEATS_MAX),
  end: new Int32Array(REPEATS_MAX),
}

/** What the weights say of a text. */
export type Reading = {
  /** In order of place, but for what was recognised by its repetition. */
  readonly entities: readonly Entity[]
  /** Logit of "somebody's health is told", of the most telling stretch. */
  readonly healthLogit: number
  /** Characters looked at. */
  readonly units: number
}

/** The text read last: two detectors ask for the same one. */
let last: { readonly text: string; readonly reading: Reading } | undefined

/** Reads a text once, sentence by sentence, for all that has weights. */
export function readText(text: string): Reading {
  if (last?.text !== text) last = { text, reading: readAll(text) }
  return last.reading
}

function readAll(text: string): Reading {
  const entities: Entity[] = []
  const certain: Certain = new Map()
  const { tagger, health } = loadModels()
  let units = text.length
  let codeSigns = 0
  REPEATS.count = 0
  health.begin()
  for (let at = 0; at < text.length;) {
    const next = SENTENCE.read(text, at)
    codeSigns += SENTENCE.codeSigns
    health.add(SENTENCE)
    if (SENTENCE.count > 0 && tagger.prepare(SENTENCE)) {
      units += next - at
      tagger.tag(text, SENTENCE, PERSON_MIN)
      collect(tagger, entities, certain)
    }
    if (SENTENCE.hasAddress) addresses(text, entities, codeSigns < CODE_SIGNS_MAX)
    at = next
  }
  if (certain.size > 0) repeat(certain, entities)
  return { entities, healthLogit: health.end(), units }
}

/** The runs of words with one tag. Words that were left over are kept, in case they are part of a name elsewhere. */
function collect(model: Tagger, entities: Entity[], certain: Certain): void {
  const { count, start, end, hash, flags } = SENTENCE
  for (let at = 0; at < count;) {
    const tag = model.tags[at] ?? NONE
    const first = at
    let logit = model.logits[at++] ?? 0
    const kind = TAGS[tag]
    if (kind === undefined || kind === 'none') {
      if (((flags[first] ?? 0) & BEGINS_CAPITAL) !== 0) remember(first, -1)
      continue
    }
    while (at < count && model.tags[at] === tag) logit += model.logits[at++] ?? 0
    const confidence = confidenceOf(kind, logit / (at - first))
    entities.push({ kind, start: start[first] ?? 0, end: end[at - 1] ?? 0, confidence })
    for (let word = first; word < at; word++) {
      const length = (end[word] ?? 0) - (start[word] ?? 0)
      if (length < REPEATED_LENGTH_MIN || ((flags[word] ?? 0) & IS_WORD) === 0) continue
      if (confidence < COUNTS) remember(word, entities.length - 1)
      else if (confidence >= CERTAIN && !model.isCommon(word)) certain.set(hash[word] ?? 0, kind)
    }
  }
}

type Certain = Map<number, Entity['kind']>

function remember(word: number, entity: number): void {
  if (REPEATS.count === REPEATS_MAX) return
  const place = REPEATS.count++
  REPEATS.hash[place] = SENTENCE.hash[word] ?? 0
  REPEATS.entity[place] = entity
  REPEATS.start[place] = SENTENCE.start[word] ?? 0
  REPEATS.end[place] = SENTENCE.end[word] ?? 0
}

/** Who was named in full is meant by the bare first name or surname, too; the same holds for places and firms. */
function repeat(certain: Certain, entities: Entity[]): void {
  for (let place = 0; place < REPEATS.count; place++) {
    const kind = certain.get(REPEATS.hash[place] ?? 0)
    if (kind === undefined) continue
    const entity = REPEATS.entity[place] ?? -1
    const unsure = entities[entity]
    if (unsure !== undefined) entities[entity] = { ...unsure, kind, confidence: REPEATED }
    else {
      const start = REPEATS.start[place] ?? 0
      entities.push({ kind, start, end: REPEATS.end[place] ?? 0, confidence: REPEATED })
    }
  }
}

/** Addresses of pages, and @handles unless the text is code. */
function addresses(text: string, entities: Entity[], areHandles: boolean): void {
  for (let at = 0; at < SENTENCE.count; at++) {
    const flags = SENTENCE.flags[at] ?? 0
    const start = SENTENCE.start[at] ?? 0
    const end = SENTENCE.end[at] ?? 0
    if ((flags & IS_URL) !== 0) entities.push({ kind: 'url', start, end, confidence: URL })
    if ((flags & IS_HANDLE) === 0 || !areHandles) continue
    if (end - start < HANDLE_LENGTH_MIN || GOES_ON.test(text.slice(end, end + 2))) continue
    if (start > 0 && !' \n(".'.includes(text.charAt(start - 1))) continue
    entities.push({ kind: 'person', start, end, confidence: HANDLE })
  }
}
