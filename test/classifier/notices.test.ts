import { expect, test } from 'vitest'
import { certain, classifyText } from './texts.ts'

const kinds = (text: string) => certain(classifyText(text)).map(({ kind }) => kind)

const CODE = `import os\n\ndef load(path):\n    return open(path).read()\n\nclass Reader(object):\n    pass\n`

test.each([
  [
    'the holder of a copyright',
    '/*\n * Copyright (C) 2002 Ann Example <ann@firm-of-ann.com>\n */\n#ifndef A\n',
  ],
  ['the author of a file', `# Author: Ann Example\n# Contact: tools-sig@firm-of-ann.com\n${CODE}`],
  [
    'an author in the words of a module',
    `"""A codec.\n\nWritten by Ann Example (ann@firm-of-ann.com).\n"""\n${CODE}`,
  ],
  ['an author by the name of a variable', `__author__ = 'Ann Example <ann@firm-of-ann.com>'\n`],
  ['somebody in a comment of code', `${CODE}\n#  - Ann Example <ann@firm-of-ann.com>\n`],
  [
    'the author of a package',
    '{\n "name": "left-pad",\n "version": "1.2.3",\n "author": "Ann Example <ann@firm-of-ann.com>"\n}',
  ],
  ['who signed a change off', 'Fix the loop\n\nSigned-off-by: Ann Example <ann@firm-of-ann.com>\n'],
  [
    'who made a change',
    'commit 1f2e3d4c5b6a7988\nAuthor: Ann Example <ann@firm-of-ann.com>\nDate: Mon\n',
  ],
  [
    'one of the contributors to a package',
    '{\n "name": "left-pad",\n "license": "MIT",\n "contributors": [{ "name": "Bo" }, { "email": "ann@firm-of-ann.com" }]\n}',
  ],
  ['the author of a manual page', '=head1 AUTHOR\n\nAnn Example <ann@firm-of-ann.com>\n\n=cut\n'],
])('an address is only possible if it is that of %s', (_name, text) => {
  expect(kinds(text)).not.toContain('email')
  expect(classifyText(text).findings.map(({ kind }) => kind)).toContain('email')
})

test.each([
  ['a service account', 'Send the logs of robot@acme-prod.iam.gserviceaccount.com to me.'],
  ['a machine', 'It came from no-reply@shop-of-ann.com yesterday.'],
  ['a list', 'Subscribe to tools-devel@lists.firm-of-ann.com first.'],
  ['an address in a URL', 'clone https://deploybot@git.firm-of-ann.com/app.git'],
  ['a file elsewhere', 'scp bo@host.firm-of-ann.com:backups/today .'],
  ['where bugs go', 'Please send bug reports to\n<tools@firm-of-ann.com>.'],
  ['an author in a comment cut short', '<ann@firm-of-ann.com>\n *\n * This is free.\n */\n'],
  ['nobody', 'roles for the user test-user@gmail.com'],
  ['an example in code', `${CODE}\nschema.parse({ email: "ann@example.com" })\n`],
  ['a role in code', `${CODE}\nSENDER = "support@firm-of-ann.com"\n`],
  [
    'the holder of a free licence',
    'License: MIT\n\nIt was written by Ann Example <ann@firm-of-ann.com>.',
  ],
  [
    'the author of a package in part',
    'Ann Example <ann@firm-of-ann.com> (https://firm-of-ann.com)',
  ],
  [
    'who closed an entry',
    'tool (1.2) stable\n\n  * Fix.\n\n -- Ann Example <ann@firm-of-ann.com>  Mon',
  ],
  ['an author by a tag', ' @author Ann Example <ann@firm-of-ann.com>'],
])('an address is only possible if it is that of %s, whatever it stands in', (_name, text) => {
  expect(kinds(text)).not.toContain('email')
  expect(classifyText(text).findings.map(({ kind }) => kind)).toContain('email')
})

test.each([
  ['of an example, in a letter', 'Draft an answer to erika.mustermann@example.com today.'],
  ['in a list of points', '# Guests\n\n* Ann Smith, ann@firm-of-ann.com\n* Bo\n'],
  ['of an office, in a letter', 'Ask support@firm-of-ann.com whether Ann Smith has paid.'],
  ['in a table', 'name,email\nAnn,ann@firm-of-ann.com\nBo,bo@firm-of-bo.com\n'],
  ['in records', '[{ "name": "Ann", "email": "ann@firm-of-ann.com" }, { "name": "Bo" }]'],
  ['below a licence', 'License: MIT\n\nAnn paid. Her address is ann@firm-of-ann.com.'],
  ['in prose', 'Please write to ann@firm-of-ann.com.'],
  ['of a customer, as data in code', `${CODE}\nCUSTOMERS = ["ann@firm-of-ann.com"]\n`],
  ['of a contact in prose', 'Contact: Ann Example, ann@firm-of-ann.com'],
  ['of an author, in a letter', 'The author of the novel can be reached at ann@firm-of-ann.com'],
  ['in a record', '{"author": "Ann Example", "email": "ann@firm-of-ann.com", "diagnosis": "flu"}'],
])('an address counts %s', (_name, text) => {
  expect(kinds(text)).toContain('email')
})

test.each([
  ['a section of a standard', `// 23.3.4.6 operations\n${CODE}`, false],
  ['the name of a release', 'See linux-2.6.16.60/include.', false],
  ['a name of the loopback network', "reverse is '1.0.0.127.in-addr.arpa'", false],
  ['the name of a host', 'ping host-52.6.16.60 please', true],
  ['a version', `${CODE}\nlevels = ['7.1.4.34', 1806]\n`, false],
  ['the address of a host', `${CODE}\nhost = '23.3.4.6'\n`, true],
  ['higher numbers', `${CODE}\nlevels = ['203.7.4.34', 1806]\n`, true],
  ['a section in brackets', 'See the standard, C++98 [23.2.3.1].', false],
  ['what stands for any address', `${CODE}\nhost = '1.2.3.4'\n`, false],
  ['text', 'We saw 23.3.4.6 in the logs of yesterday.', true],
])('four numbers in %s', (_name, text, isAddress) => {
  expect(kinds(text).includes('ip')).toBe(isAddress)
})

test.each([
  ['years of a copyright', 'Copyright (C) 1986-1993 by Sun Example, Inc.', false],
  ['a volume and pages', 'Math. Comp. Vol 35, Number 152 (1980), pp. 1391-1417.', false],
  ['a number to call', 'Call me at (415) 555-2671 tomorrow.', true],
])('%s are no phone unless they are', (_name, text, isPhone) => {
  expect(kinds(text).includes('phone')).toBe(isPhone)
})

test.each([
  ['a block of the registry', 'route 2002::/16 and ::ffff:0:0/96 and fec0::/10', false],
  ['a loopback address in the new form', 'from ::ffff:127.0.0.1 today', false],
  ['an address of somebody', 'from 2a02:8070:1234::17 today', true],
])('%s', (_name, text, isAddress) => {
  const isAny = certain(classifyText(text)).some(({ level }) => level !== 'public')
  expect(isAny).toBe(isAddress)
})

test.each([
  ['names and health in code', `${CODE}\n# I was diagnosed with diabetes last year\n`, false],
  [
    'health among numbers',
    Array.from({ length: 30 }, (_, at) => `0xB6${at + 10}: 15${at + 10},`).join('\n'),
    false,
  ],
  ['health in prose', 'I was diagnosed with diabetes last year.', true],
])('%s', (_name, text, isSensitive) => {
  expect(kinds(text).includes('health')).toBe(isSensitive)
})

const author = (index: number) => `# Copyright 2019 Ann Example <ann${index}@firm-of-ann.com>\n`
const authors = (count: number) => Array.from({ length: count }, (_, at) => author(at)).join('')

test('a list of more authors than files have is looked at no further, and counts', () => {
  expect(kinds(authors(200))).not.toContain('email')
  expect(kinds(authors(201)).filter((kind) => kind === 'email')).toHaveLength(1)
})

test.each([
  ['a test number in code', `${CODE}\ncard = "4242424242424242"\n`, false],
  ['a test number in a letter', 'I paid with card 4242 4242 4242 4242.', true],
  ['another number in code', `${CODE}\ncard = "4539148803436467"\n`, true],
])('%s', (_name, text, isCard) => {
  expect(kinds(text).includes('card')).toBe(isCard)
})

test.each([
  ['an example of the registry in code', `${CODE}\niban = "NO9386011117947"\n`, 'iban', false],
  ['the same in a letter', 'Please pay to NO93 8601 1117 947.', 'iban', true],
  ['another account in code', `${CODE}\niban = "DE02120300000000202051"\n`, 'iban', true],
  ['a number that nobody is given, in code', `${CODE}\ncall("tel:+14155550123")\n`, 'phone', false],
  ['another number in code', `${CODE}\ncall("tel:+14155552671")\n`, 'phone', true],
  [
    'a street in a comment',
    '/*\n * Attn: Ann Example\n * 6803 Whittier Ave\n * McLean VA 22101\n */\n',
    'address',
    false,
  ],
  [
    'a street in a letter',
    'Attn: Ann Example\n6803 Whittier Ave\nMcLean VA 22101\n',
    'address',
    true,
  ],
])('%s', (_name, text, kind, isCertain) => {
  expect(kinds(text).some((one) => one === kind)).toBe(isCertain)
})
