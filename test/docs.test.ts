import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { surfaces } from '../src/surfaces/index.ts'
import { dispatch } from '../scripts/demarc.ts'
import { SAMPLES } from '../scripts/start/samples.ts'

const ROOT = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))

const README = read('README.md')
const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].concat(
  filesIn('docs', '.md'),
)

const all = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))].toSorted()

/** Those that the README does not name in backquotes, alone or at the start of an example. */
const unnamed = (names: readonly string[]): readonly string[] =>
  names.filter((name) => !README.includes(`\`${name}\``) && !README.includes(`\`${name}:`))

test('the README names every code with which a request may be refused', () => {
  const codes = all(read('src/domain/refusal.ts'), /readonly code: '(\w+)'/g)
  expect(codes.length).toBeGreaterThan(15)
  expect(unnamed(codes)).toEqual([])
})

test('the README names every header that a client may send or gets', () => {
  const sources = ['src/worker/wishes.ts', 'src/worker/answer.ts'].map(read).join('\n')
  const headers = all(sources, /'((?:demarc|x)-[a-z-]+)'/g)
  expect(headers.length).toBeGreaterThan(10)
  expect(unnamed(headers)).toEqual([])
})

test('the README names every path that serves', () => {
  const paths = all(read('src/worker/app.ts'), /app\.(?:get|post)\('([^']+)'/g)
  const missing = paths.filter((path) => !README.includes(path.replace(/:(\w+)/, '{$1}')))
  expect({ count: paths.length > 3, missing }).toEqual({ count: true, missing: [] })
  const shown = all(README, /`(?:POST )?(\/?[\w/{}]*[/:][\w/:{}]+)`/g)
  const named = shown.map((path) =>
    (path.startsWith(':') ? `/v1beta/models/x${path}` : path).replace('{model}', 'x'),
  )
  const hidden = Object.values(surfaces).filter(({ serves }) => !named.some(serves))
  expect(hidden.map(({ name }) => name)).toEqual([])
})

test('every command that a page shows exists', async () => {
  const shown = PAGES.flatMap((page) => all(read(page), /npm run -s demarc -- ([a-z]+)/g))
  expect(shown).toContain('policy')
  const log = vi.spyOn(console, 'log').mockReturnValue()
  for (const command of new Set(shown)) expect(await dispatch([command, '--help'])).toBe(0)
  log.mockRestore()
})

test('every npm script that a page shows exists', () => {
  const scripts = all(read('package.json'), /^ {4}"([\w-]+)": /gm)
  const shown = PAGES.flatMap((page) => all(read(page), /npm run ([a-z][\w-]*)/g))
  expect(shown).toContain('deploy')
  expect(shown.filter((name) => !scripts.includes(name))).toEqual([])
})

test('every file that a page points at exists', () => {
  const broken = PAGES.flatMap((page) => {
    const links = all(read(page), /\]\(([^)#:]+)\)/g).map((to) => join(dirname(page), to))
    const named = all(read(page), /`((?:src|test|scripts|policies|migrations)\/[\w./-]+)`/g)
    return [...links, ...named]
      .filter((file) => !file.endsWith('/x.ts') && !existsSync(join(ROOT, file)))
      .map((file) => `${page} → ${file}`)
  })
  expect(broken).toEqual([])
})

test('the table in the README is the one that npm start prints for its samples', () => {
  const rows = SAMPLES.map(({ name, expected }) =>
    'route' in expected
      ? new RegExp(`^${name} .*\\n.* by route ${expected.route}$`, 'm')
      : new RegExp(`^${name} .* nowhere .*\\n.* by rule ${expected.forbiddenBy}$`, 'm'),
  )
  expect(rows.filter((row) => !row.test(README)).map(String)).toEqual([])
})
