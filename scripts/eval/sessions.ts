import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ReadingCache } from '../../src/classifier/cache.ts'
import type { Envelope } from '../../src/domain/leaf.ts'
import type { Bundle } from '../../src/policy/schema.ts'
import { assess } from '../../src/router/assess.ts'
import { DEFAULT_CALLER, healthyWorld, readRequest } from '../lib/offline-world.ts'
import type { Share } from './score.ts'

/** What becomes of agents' sessions that read somebody's published code, by the purpose of their key. */
export type Sessions = {
  readonly purpose: string
  /** Excerpts that would be confidential or worse. */
  readonly excerpts: Share
  /** Sessions that are refused, or go elsewhere than without what they read. */
  readonly moved: Share
  /** Kinds of what moved them. */
  readonly because: ReadonlyMap<string, number>
}

const SESSIONS = 100
/** Turns of a session that show a piece of a file; as many again call tools, write or think. */
const READS = 50
const EXCERPT_LENGTH = 700
const FILE_BYTES_MAX = 300_000
const DEPTH_MAX = 10
const SOURCE =
  /\.(?:[cm]?[jt]sx?|py|json|md|c|h|cc|hpp|go|rs|java|kt|rb|php|pl|pm|sh|ya?ml|toml|css|html|sql|proto|lock)$|(?:^|\/)(?:LICEN[CS]E|README|AUTHORS|CHANGELOG|COPYING|NOTICE)[^/]{0,16}$/i

/** The same for the same seed (a linear congruential generator): from 0 up to, not including, a bound. */
function randomOf(seed: number): (bound: number) => number {
  let state = seed
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
}

function filesBelow(directory: string, depth = 0): readonly string[] {
  if (depth > DEPTH_MAX) return []
  return readdirSync(directory, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) return filesBelow(path, depth + 1)
      return entry.isFile() && SOURCE.test(path) ? [path] : []
    })
}

/** Half of them heads of files, where licences and authors stand, half from anywhere in them. */
function excerptsOf(directories: readonly string[], count: number): readonly string[] {
  const random = randomOf(7)
  const files = directories.flatMap((directory) => filesBelow(directory))
  const excerpts: string[] = []
  for (let tries = 0; excerpts.length < count && tries < 20 * count && files.length > 0; tries++) {
    const file = files[random(files.length)] ?? ''
    if (statSync(file).size > FILE_BYTES_MAX) continue
    const text = readFileSync(file, 'utf8')
    if (text.includes('\0')) continue
    const from = random(2) === 0 ? 0 : random(Math.max(1, text.length - EXCERPT_LENGTH))
    excerpts.push(text.slice(from, from + EXCERPT_LENGTH))
  }
  return excerpts
}

const bodyOf = (excerpts: readonly string[], model: string): string =>
  JSON.stringify({
    model,
    messages: [
      { role: 'system', content: 'You are a coding assistant. Use the tools.' },
      ...excerpts.flatMap((content, at) => {
        const call = { name: 'read', arguments: JSON.stringify({ path: `src/file-${at}` }) }
        return [
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: `call_${at}`, type: 'function', function: call }],
          },
          { role: 'tool', tool_call_id: `call_${at}`, content },
        ]
      }),
    ],
  })

const NOTHING: Envelope = { leaves: [], pointer: () => '', opaque: [] }

/** Sends sessions over what stands below the directories, for a key of no purpose and for one of an agent. */
export function measureSessions(
  directories: readonly string[],
  bundle: Bundle,
  nowMs: number,
): readonly Sessions[] {
  const excerpts = excerptsOf(directories, SESSIONS * READS)
  if (excerpts.length < READS) return []
  const world = healthyWorld(bundle, nowMs)
  const wishes = { label: undefined, quality: undefined, maxCostPicoUsd: undefined, strict: false }
  const cache = new ReadingCache()
  const judge = (pieces: readonly string[], model: string, purpose: string) => {
    const read = readRequest(bodyOf(pieces, model), 'openai-chat')
    if (!read.ok) throw new Error(read.error.code)
    const { facts: request, envelope } = read.value
    const given = { request, caller: { ...DEFAULT_CALLER, purpose }, wishes, world }
    const made = assess({ ...given, envelope, readings: cache.for('eval') })
    const idle = assess({ ...given, envelope: NOTHING })
    const isMoved = placesOf(made.decision) !== placesOf(idle.decision)
    return { isMoved, classification: made.classification }
  }
  return ['general', 'agent'].map((purpose) => {
    const because = new Map<string, number>()
    const moved = { hits: 0, of: 0 }
    for (let at = 0; at + READS <= excerpts.length; at += READS) {
      const model = moved.of % 2 === 0 ? 'gpt-5' : 'auto'
      const { isMoved, classification } = judge(excerpts.slice(at, at + READS), model, purpose)
      moved.of++
      if (!isMoved) continue
      moved.hits++
      for (const kind of graveKinds(classification)) because.set(kind, (because.get(kind) ?? 0) + 1)
    }
    const grave = excerpts.filter((one) => {
      const { level } = judge([one], 'gpt-5', purpose).classification.label
      return level === 'confidential' || level === 'restricted'
    })
    return { purpose, excerpts: { hits: grave.length, of: excerpts.length }, moved, because }
  })
}

const placesOf = (decision: ReturnType<typeof assess>['decision']): string =>
  decision.ok
    ? decision.value.attempts.map(({ destination, model }) => `${destination}/${model}`).join()
    : decision.error.code

const graveKinds = ({
  findings,
}: ReturnType<typeof assess>['classification']): ReadonlySet<string> =>
  new Set(
    findings
      .filter(
        ({ confidence, level }) =>
          confidence >= 0.5 && (level === 'confidential' || level === 'restricted'),
      )
      .map(({ kind }) => kind),
  )
