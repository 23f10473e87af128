import { expect, test } from 'vitest'
import { crossSiteProblem, type Provenance } from '../../src/access/same-origin.ts'

const OWN = 'https://demarc.example'
const READ: Provenance = {
  method: 'GET',
  ownOrigin: OWN,
  fetchSite: 'same-origin',
  origin: null,
  csrf: null,
  contentType: null,
  hasBody: false,
}
const CHANGE: Provenance = {
  ...READ,
  method: 'POST',
  origin: OWN,
  csrf: '1',
  contentType: 'application/json',
  hasBody: true,
}

test.each([
  ['a read from our own page', READ],
  ['an address typed in', { ...READ, fetchSite: 'none' }],
  ['a read by a browser that says nothing', { ...READ, fetchSite: null }],
  ['a change from our own page', CHANGE],
  [
    'a change with an encoding named',
    { ...CHANGE, contentType: 'application/json; charset=utf-8' },
  ],
  ['a change without a body', { ...CHANGE, method: 'DELETE', contentType: null, hasBody: false }],
  ['a change by a browser that sends the origin only', { ...CHANGE, fetchSite: null }],
] as const)('%s is taken', (_name, from) => {
  expect(crossSiteProblem(from)).toBeUndefined()
})

test.each([
  ['a read from another site', { ...READ, fetchSite: 'cross-site' }],
  ['a read from a neighbour', { ...READ, fetchSite: 'same-site' }],
  ['a read whose origin is another', { ...READ, fetchSite: null, origin: 'https://evil.example' }],
  ['a change from another site', { ...CHANGE, fetchSite: 'cross-site' }],
  ['a change from a neighbour', { ...CHANGE, fetchSite: 'same-site' }],
  ['a change typed into the address bar', { ...CHANGE, fetchSite: 'none' }],
  ['a change whose origin is another', { ...CHANGE, origin: 'https://evil.example' }],
  ['a change from a page without an origin', { ...CHANGE, origin: 'null' }],
  ['a change that says nothing of where it is from', { ...CHANGE, fetchSite: null, origin: null }],
  ['a change without our header', { ...CHANGE, csrf: null }],
  ['a change with our header empty', { ...CHANGE, csrf: '' }],
  ['a form', { ...CHANGE, contentType: 'application/x-www-form-urlencoded' }],
  ['text that holds JSON', { ...CHANGE, contentType: 'text/plain' }],
  ['a body of no type', { ...CHANGE, contentType: null }],
  ['another kind of JSON', { ...CHANGE, contentType: 'application/json-patch+json' }],
] as const)('%s is not', (_name, from) => {
  expect(crossSiteProblem(from)).toBeTypeOf('string')
})
