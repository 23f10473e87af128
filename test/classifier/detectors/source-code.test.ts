import { expect, test } from 'vitest'
import { classifyText } from '../texts.ts'

const CODE = `import { readFile } from 'node:fs/promises'

export async function load(path: string): Promise<Config> {
  const text = await readFile(path, 'utf8')
  if (text === undefined) {
    return EMPTY
  }
  const parsed = JSON.parse(text)
  return { ...EMPTY, ...parsed }
}
`
const PYTHON = `import os
from dataclasses import dataclass

@dataclass
class Account:
    name: str

    def __init__(self, name):
        self.name = name

    def close(self, *args, **kwargs):
        for item in os.listdir(self.name):
            if isinstance(item, str):
                return item
`

const codeIn = (text: string) =>
  classifyText(text)
    .findings.filter(({ kind }) => kind === 'source_code')
    .map(({ confidence }) => (confidence >= 0.5 ? 'likely' : 'possible'))

test.each([
  ['generic code', CODE, 'possible'],
  ['generic Python', PYTHON, 'possible'],
  ['code in a fence', `Why does this fail?\n\n\`\`\`ts\n${CODE}\`\`\`\n`, 'possible'],
  ['code that its maker keeps', `// Acme Corp. Proprietary and confidential.\n${CODE}`, 'likely'],
  [
    'code with a notice of several lines',
    `/*\n * Copyright (c) 2024 Acme GmbH. All rights reserved.\n * This file contains proprietary information.\n */\n${CODE}`,
    'likely',
  ],
  [
    'code not to be copied',
    `# Unauthorized copying of this file is prohibited.\n# Confidential.\n${PYTHON}`,
    'likely',
  ],
  [
    'code with the address of an internal repository',
    `${PYTHON}\n# see https://git.corp.acme.com/billing/core\nURL = "https://artifactory.acme.internal/pypi"\n`,
    'likely',
  ],
  [
    'open code with a proud notice',
    `/* Copyright (c) 2010 The Authors. All rights reserved. Proprietary information? No:\n * Redistribution and use in source and binary forms are permitted. */\n${CODE}`,
    'possible',
  ],
  [
    'open code that speaks of machines in a cloud',
    `${PYTHON}\nHOST = "http://metadata.google.internal"\n`,
    'possible',
  ],
])('%s is %s', (_name, text, expected) => {
  expect(codeIn(text)).toEqual([expected])
})

test.each([
  [
    'prose',
    'The committee will return to the matter in March; for now, nothing changes. '.repeat(6),
  ],
  [
    'prose about code',
    'An async function returns a promise, and const is not let. What is a lambda, a struct, an enum? '.repeat(
      3,
    ),
  ],
  ['a log', 'May 02 10:00:01 kelp systemd[1]: Started session 12 of user root.\n'.repeat(8)],
  ['a snippet', 'How do I call `printf("%d")`?'],
])('%s is no code', (_name, text) => {
  expect(codeIn(text)).toEqual([])
})

test('generic code raises no level', () => {
  expect(classifyText(CODE).label).toMatchObject({ level: 'public', categories: [] })
  expect(
    classifyText(`// Acme Corp. Proprietary and confidential.\n${CODE}`).label.categories,
  ).toContain('source-code')
})
