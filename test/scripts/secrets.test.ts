import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepSecrets, keptSecrets } from '../../scripts/lib/secrets.ts'

let parent: string
let directory: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'demarc-secrets-'))
  directory = join(parent, '.demarc')
})
afterEach(() => rmSync(parent, { recursive: true }))

test('secrets are made once and kept', () => {
  const made = keptSecrets(directory)
  expect(keptSecrets(directory)).toEqual(made)
})

test('data that other code wrote are moved aside, never read and never lost', () => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  for (const expected of ['.demarc-v1', '.demarc-v1-2']) {
    mkdirSync(join(directory, 'storage'), { recursive: true })
    const old = { ...keptSecrets(join(parent, 'other')), journalVersion: '1' }
    keepSecrets(directory, old)
    expect(keptSecrets(directory).adminToken).not.toBe(old.adminToken)
    expect(existsSync(join(parent, expected, 'storage'))).toBe(true)
    expect(readdirSync(directory)).toEqual(['secrets.json'])
    rmSync(directory, { recursive: true })
  }
  expect(told.mock.calls.flat().join('\n')).toContain('.demarc-v1-2')
})

test('a damaged file is said to be damaged', () => {
  mkdirSync(directory)
  writeFileSync(join(directory, 'secrets.json'), '{')
  expect(() => keptSecrets(directory)).toThrow('is damaged')
})

test('data from before policies were signed get a key for it, once, and keep what they had', () => {
  const { policyKey, ...before } = keptSecrets(directory)
  expect(policyKey).toMatch(/^[A-Za-z0-9+/]{40,}=*$/)
  keepSecrets(directory, before)
  const after = keptSecrets(directory)
  expect(after).toMatchObject(before)
  expect(after.policyKey).toMatch(/^[A-Za-z0-9+/]{40,}=*$/)
  expect(keptSecrets(directory)).toEqual(after)
})
