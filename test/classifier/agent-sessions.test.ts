import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DEFAULT_CALLER, healthyWorld, readRequest } from '../../scripts/lib/offline-world.ts'
import { readPolicy } from '../../scripts/lib/policy-files.ts'
import { ReadingCache } from '../../src/classifier/cache.ts'
import type { Envelope } from '../../src/domain/leaf.ts'
import { assess } from '../../src/router/assess.ts'

const ROOT = `${import.meta.dirname}/../..`
const SESSIONS = 100
const TURNS = 100

/** Numbers from 0 up to, not including, a bound: the same for the same seed (a linear congruential generator). */
function randomOf(seed: number): (bound: number) => number {
  let state = seed
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state % bound
  }
}
type Random = ReturnType<typeof randomOf>

/** Our own code, where it is about nobody: no detector, whose words are those of records, and no list of phrases. */
const FILES = globSync(
  `${ROOT}/src/{encoding,journal,pricing,policy,ledger,router,wire,worker}/**/*.ts`,
)
  .toSorted()
  .map((file) => ({
    name: file.slice(ROOT.length + 1),
    text: readFileSync(file, 'utf8').slice(0, 1_000),
  }))
const LOCK = readFileSync(`${ROOT}/package-lock.json`, 'utf8')

const pick = <T>(random: Random, items: readonly T[]): T => {
  const item = items[random(items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}
const hash = (random: Random, algorithm = 'sha256') =>
  createHash(algorithm)
    .update(String(random(2 ** 31)))
    .digest('hex')
const uuid = (random: Random) =>
  hash(random).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
const time = (random: Random) =>
  `2026-11-${10 + random(18)}T${10 + random(12)}:${10 + random(49)}:${10 + random(49)}.${100 + random(899)}Z`
const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')

const RESULTS: readonly ((random: Random) => string)[] = [
  (random) => pick(random, FILES).text,
  (random) =>
    many(
      25,
      () =>
        `-rw-r--r-- 1 root root ${String(random(99_999)).padStart(6)} Nov ${1 + random(27)} ${10 + random(12)}:${10 + random(49)} ${pick(random, FILES).name}`,
    ),
  (random) => {
    const { name, text } = pick(random, FILES)
    const lines = text.split('\n').slice(4, 24)
    return `diff --git a/${name} b/${name}\nindex ${hash(random).slice(0, 7)}..${hash(random).slice(0, 7)} 100644\n--- a/${name}\n+++ b/${name}\n@@ -${random(90)},7 +${random(90)},9 @@\n${many(lines.length, (index) => `${pick(random, [' ', '+', '-'])}${lines[index]}`)}`
  },
  (random) => LOCK.slice(random(LOCK.length - 2_000)).slice(0, 2_000),
  (random) =>
    many(
      20,
      () =>
        `${time(random)} ${pick(random, ['INFO', 'WARN', 'DEBUG'])} [worker-${random(16)}] request ${uuid(random)} took ${random(9_999)} ms, ${random(99_999)} bytes, status ${pick(random, [200, 204, 304, 404, 500])} from 10.0.${random(255)}.${1 + random(254)}`,
    ),
  (random) =>
    `TypeError: Cannot read properties of undefined (reading 'length')\n${many(12, () => `    at ${pick(random, ['parse', 'Scanner.run', 'async serve', 'Object.load', 'reduce'])} (file:///app/${pick(random, FILES).name}:${1 + random(300)}:${1 + random(80)})`)}`,
  (random) =>
    many(
      15,
      () =>
        ` ${pick(random, ['✓', '✓', '✗'])} ${pick(random, FILES).name.replace('.ts', '.test.ts')} (${random(40)} tests) ${random(900)}ms`,
    ),
  (random) =>
    `Traceback (most recent call last):\n${many(8, (index) => `  File "/srv/app/module_${index}.py", line ${random(400)}, in step_${index}\n    return run(*args, **kwargs)`)}\nValueError: invalid literal for int() with base 10: 'x${random(99)}'`,
  (random) =>
    many(
      12,
      () =>
        `${hash(random).slice(0, 12)}   app-${random(20)}:${random(9)}.${random(20)}.${random(9)}   "node dist/index.js"   ${random(50)} hours ago   Up ${random(50)} hours   0.0.0.0:${3_000 + random(6_000)}->8080/tcp`,
    ),
  (random) =>
    many(
      10,
      () =>
        `${hash(random, 'sha1')} ${pick(random, ['fix', 'feat', 'chore', 'refactor'])}: ${pick(random, ['tidy', 'split', 'bound', 'name'])} ${pick(random, FILES).name} (#${random(9_999)})`,
    ),
  (random) =>
    JSON.stringify(
      {
        id: uuid(random),
        created: 1_764_000_000 + random(900_000),
        items: Array.from({ length: 12 }, () => ({
          key: hash(random).slice(0, 16),
          value: random(1_000_000),
          ratio: random(1_000) / 1_000,
          points: [random(4_000), random(4_000), random(4_000), random(4_000)],
        })),
      },
      null,
      2,
    ),
  (random) =>
    `BEGIN;\n${many(10, () => `INSERT INTO events (id, kind, at, amount) VALUES (${random(9_999_999)}, '${pick(random, ['open', 'close', 'retry'])}', '${time(random)}', ${random(99_999)});`)}\nCOMMIT;`,
  (random) =>
    `.a { color: #${hash(random).slice(0, 6)}; margin: ${random(40)}px; }\n<svg viewBox="0 0 24 24"><path d="M${many(6, () => `${random(24)}.${random(99)} ${random(24)}.${random(99)}L`)}Z"/></svg>`,
  (random) =>
    many(10, (index) => `${index} ${many(14, () => String(random(10))).replaceAll('\n', ' ')}`),
]

const SAID = [
  'Fix the failing test.',
  'Now run it again.',
  'Why does this happen? Look at the callers.',
  'Please rename that and update the imports.',
  'Good. Commit with a short message.',
]

/** A hundred turns of an agent that works on harmless code, as its last request holds them all. */
function session(seed: number, model: string): string {
  const random = randomOf(seed)
  const messages: unknown[] = [
    { role: 'system', content: 'You are a coding assistant. Use the tools.' },
  ]
  for (let turn = 0; turn < TURNS; turn++) {
    const id = `call_${hash(random).slice(0, 24)}`
    const { name, text } = pick(random, FILES)
    const edit = { path: name, old: text.slice(0, 120), new: text.slice(120, 260) }
    const call = pick(random, [
      { path: name, offset: random(900) },
      { command: `rg -n 'export' ${name} | head -${random(90)}` },
      edit,
    ])
    if (turn % 10 === 0) messages.push({ role: 'user', content: pick(random, SAID) })
    messages.push({
      role: 'assistant',
      content: null,
      tool_calls: [
        { id, type: 'function', function: { name: 'run', arguments: JSON.stringify(call) } },
      ],
    })
    messages.push({
      role: 'tool',
      tool_call_id: id,
      content: pick(random, RESULTS)(random).slice(0, 700),
    })
  }
  return JSON.stringify({ model, messages })
}

const world = healthyWorld(await readPolicy(`${ROOT}/policies`), Date.UTC(2026, 10, 25))
const wishes = { label: undefined, quality: undefined, maxCostPicoUsd: undefined, strict: false }
const NOTHING: Envelope = { leaves: [], pointer: () => '', opaque: [] }

/** What is decided about a request, and what would be if nothing were in it; equal where classification changed nothing. */
function decisions(body: string, cache: ReadingCache, caller = DEFAULT_CALLER) {
  const read = readRequest(body, 'openai-chat')
  if (!read.ok) throw new Error(read.error.code)
  const { facts: request, envelope } = read.value
  const given = { request, caller, wishes, world }
  const { decision, classification } = assess({
    ...given,
    envelope,
    readings: cache.for('a tenant'),
  })
  const idle = assess({ ...given, envelope: NOTHING }).decision
  const routeOf = (one: typeof decision) =>
    one.ok
      ? one.value.attempts.map(({ destination, model, form }) => [destination, model, form])
      : one.error.code
  const places = (one: typeof decision) =>
    one.ok ? one.value.attempts.map(({ destination, model }) => [destination, model]) : []
  return {
    made: routeOf(decision),
    idle: routeOf(idle),
    stays: JSON.stringify(places(decision)) === JSON.stringify(places(idle)),
    classification,
  }
}

test('of a hundred sessions of a coding agent, at most one is refused or goes elsewhere because of what is in it', () => {
  const cache = new ReadingCache()
  const moved: string[] = []
  for (let seed = 1; seed <= SESSIONS; seed++) {
    const { made, idle, classification } = decisions(
      session(seed, seed % 2 === 0 ? 'auto' : 'gpt-5'),
      cache,
    )
    if (JSON.stringify(made) === JSON.stringify(idle)) continue
    const certain = classification.findings.filter(
      ({ confidence, level }) => confidence >= 0.5 && level !== 'internal' && level !== 'public',
    )
    moved.push(
      `${seed}: ${certain
        .map(({ kind, path }) => `${kind} ${path}`)
        .slice(0, 3)
        .join(', ')} ${classification.unscanned.map(({ reason }) => reason).join()}`,
    )
  }
  expect(moved.slice(1)).toEqual([])
}, 60_000)

const withSecret = (body: string): string =>
  body.replace(
    'Use the tools.',
    `Use the tools. The token is ${['ghp', 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5'].join('_')}.`,
  )
const AGENT = { ...DEFAULT_CALLER, purpose: 'agent' }

test('one in which a credential turns up is kept from third parties', () => {
  const body = withSecret(session(7, 'gpt-5'))
  expect(decisions(body, new ReadingCache()).made).toBe('policy_forbids')
})

test.each(['gpt-5', 'auto'])(
  'with the key of an agent it goes on where it was, the credential masked (%s)',
  (model) => {
    const { made, stays } = decisions(withSecret(session(7, model)), new ReadingCache(), AGENT)
    expect(stays).toBe(true)
    expect(made).toEqual(expect.arrayContaining([expect.arrayContaining(['redacted'])]))
    expect(made).not.toEqual(expect.arrayContaining([expect.arrayContaining(['raw'])]))
  },
)

test('a card in it is kept from third parties with the key of an agent, too', () => {
  const body = session(7, 'gpt-5').replace('Use the tools.', 'Card 4539 1488 0343 6467.')
  expect(decisions(body, new ReadingCache(), AGENT).made).toBe('policy_forbids')
})
