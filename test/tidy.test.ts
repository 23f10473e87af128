import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const SRC = join(ROOT, 'src')

/** Lower numbers know nothing of higher ones; folders of one number know nothing of each other. */
const LAYERS: Readonly<Record<string, number>> = {
  domain: 1,
  encoding: 1,
  wire: 2,
  classifier: 2,
  policy: 2,
  pricing: 2,
  journal: 2,
  access: 2,
  surfaces: 3,
  destinations: 3,
  router: 3,
  ledger: 3,
  console: 3,
  worker: 4,
}

const FILE_LINES_MAX = 300

const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))

const SOURCES = filesIn('src')
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

/** Comments say what code must not do in words that would match. */
const code = (file: string): string =>
  read(file)
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')

const folderOf = (path: string): string => relative(SRC, join(ROOT, path)).split('/')[0] ?? ''

const importsOf = (file: string): string[] =>
  [...code(file).matchAll(/from '(\.[^']+)'/g)].map((match) =>
    relative(ROOT, normalize(join(ROOT, dirname(file), match[1] ?? ''))),
  )

test('every source file lies in a folder that has a layer', () => {
  const strays = SOURCES.filter((file) => LAYERS[folderOf(file)] === undefined)
  expect(strays).toEqual([])
})

test('imports go down a layer or stay in their folder', () => {
  const wrong = SOURCES.flatMap((file) =>
    importsOf(file)
      .filter((target) => {
        const [from, to] = [folderOf(file), folderOf(target)]
        // The encoders share the one result type: both are of the lowest layer.
        const isResult = target === 'src/domain/result.ts'
        return from !== to && !isResult && (LAYERS[to] ?? 9) >= (LAYERS[from] ?? 0)
      })
      .map((target) => `${file} → ${target}`),
  )
  expect(wrong).toEqual([])
})

const EFFECTS =
  /\bfetch\(|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.|\bcrypto\.(?:randomUUID|getRandomValues|subtle)|\bconsole\.|\bset(?:Timeout|Interval)\(|\bprocess\.|from 'cloudflare:|from 'node:(?!crypto'|buffer')/

test('only src/worker touches the world', () => {
  const wrong = SOURCES.filter((file) => folderOf(file) !== 'worker' && EFFECTS.test(code(file)))
  expect(wrong).toEqual([])
})

/** `notify.ts` posts notices, which hold names and numbers, to the organisation's own webhook. */
test('only worker/upstream.ts can call a model', () => {
  const callers = SOURCES.filter((file) =>
    /(?<!\bapp\.)\bfetch\(|\.AI\b[^?]*\.run\(|connect\(/.test(code(file)),
  )
  expect(callers).toEqual(['src/worker/notify.ts', 'src/worker/upstream.ts'])
})

test('only permit.ts makes permits, and only upstream.ts takes them', () => {
  const makers = SOURCES.filter((file) => /new Permit\(/.test(code(file)))
  const takers = SOURCES.filter((file) => /permit\.take\(/.test(code(file)))
  expect({ makers, takers }).toEqual({
    makers: ['src/worker/permit.ts'],
    takers: ['src/worker/upstream.ts'],
  })
})

test(`files have at most ${FILE_LINES_MAX} lines`, () => {
  const long = [...SOURCES, ...filesIn('scripts')].filter(
    (file) => read(file).split('\n').length - 1 > FILE_LINES_MAX,
  )
  expect(long).toEqual([])
})

test('there are no default exports outside the Worker entry', () => {
  const wrong = SOURCES.filter((file) => /^export default/m.test(code(file)))
  expect(wrong).toEqual(['src/worker/index.ts'])
})
