import { afterEach, expect, test, vi } from 'vitest'
import { dispatch } from '../../scripts/demarc.ts'

const stdout = vi.spyOn(console, 'log').mockReturnValue()
const stderr = vi.spyOn(console, 'error').mockReturnValue()
afterEach(() => {
  stdout.mockClear()
  stderr.mockClear()
})

const said = (spy: typeof stdout): string => spy.mock.calls.flat().join('\n')

test.each([
  ['no command', [], 2],
  ['an unknown command', ['teleport'], 2],
  ['a name that every object has', ['constructor'], 2],
])('%s: the list goes to stderr, nothing to stdout', async (_name, args, code) => {
  expect(await dispatch(args)).toBe(code)
  expect(said(stderr)).toContain('commands: ')
  expect(said(stdout)).toBe('')
})

test.each([[['--help']], [['-h']], [['help']]])('%j lists the commands on stdout', async (args) => {
  expect(await dispatch(args)).toBe(0)
  expect(said(stdout)).toMatch(/^commands: .*\bkey\b/m)
})

test('a command explains itself', async () => {
  expect(await dispatch(['key', '--help'])).toBe(0)
  expect(said(stdout)).toContain('demarc key create')
})

test.each([
  ['an option that does not exist', ['key', 'list', '--no-such-option']],
  ['an address that is none', ['key', 'list', '--url', 'not an address']],
])('%s cannot run', async (_name, args) => {
  expect(await dispatch(args)).toBe(2)
  expect(said(stdout)).toBe('')
  expect(said(stderr)).not.toBe('')
})
