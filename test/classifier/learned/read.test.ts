import { expect, test } from 'vitest'
import { readText } from '../../../src/classifier/learned/read.ts'

const named = (text: string, kind: string): string[] =>
  readText(text)
    .entities.filter((entity) => entity.kind === kind && entity.confidence >= 0.5)
    .map(({ start, end }) => text.slice(start, end))

test.each([
  ['English', 'Please ask Ingrid Halvorsen about the offer.', ['Ingrid Halvorsen']],
  ['English, by first name', 'I talked to Marta about the plan yesterday.', ['Marta']],
  ['German', 'Gestern habe ich mit Jonas Brückner telefoniert.', ['Jonas Brückner']],
  ['French', 'J’ai parlé avec Camille Delorme ce matin.', ['Camille Delorme']],
  ['Spanish', 'Ayer hablé con Lucía Santamaría en la oficina.', ['Lucía Santamaría']],
  ['Dutch', 'Gisteren sprak ik met Sanne Visser.', ['Sanne Visser']],
  ['a signature', 'Kind regards,\nPetra Novak', ['Petra Novak']],
  ['an account', 'thanks @petra_novak for the ride', ['@petra_novak']],
])('a person is recognised: %s', (_name, text, expected) => {
  expect(named(text, 'person')).toEqual(expected)
})

test.each([
  ['a heading', 'Attorney-Client Privileged'],
  ['code', 'import { Router } from "express";\nconst app = new Router();'],
  ['a decorator', '@Injectable()\nexport class Store {}'],
  ['a package', 'npm install @types/node'],
  ['a question', 'How do I sort a list in Python?'],
  ['greetings', 'Good morning, and thank you for your help.'],
  ['nouns of German', 'Die Rechnung ist am Montag fällig.'],
])('nobody is recognised in %s', (_name, text) => {
  expect(named(text, 'person')).toEqual([])
})

test('who was named in full is found by the surname, too, where that alone says nothing', () => {
  const later = 'Use Brimsdale data.'
  expect(named(later, 'person')).toEqual([])
  expect(named(`Please ask Ingrid Brimsdale about it.\n${later}`, 'person')).toEqual([
    'Ingrid Brimsdale',
    'Brimsdale',
  ])
})

test('the address of a page ends where its sentence goes on', () => {
  expect(named('See (https://a.example/b?c=1), then go.', 'url')).toEqual([
    'https://a.example/b?c=1',
  ])
})

test.each([
  ['a note', 'Denies chest pain. Status post appendectomy. Continue metformin.', 1],
  ['a confession', 'I was diagnosed with epilepsy last year and take lamotrigine.', 1],
  ['a question', 'What are the symptoms of epilepsy, and how is it treated?', -1],
  ['a figure of speech', 'This bug gives me a headache, the build has been sick for days.', -1],
  ['a fact in Spanish', '¿Cuáles son las causas de la epilepsia en general?', -1],
])('whether health is told of somebody: %s', (_name, text, sign) => {
  expect(Math.sign(readText(text).healthLogit)).toBe(sign)
})

test('a text is as telling as its most telling stretch', () => {
  const told = 'The patient was diagnosed with asthma and takes albuterol as needed. '
  const other = 'The report lists the sales of each region by month. '.repeat(60)
  const alone = readText(told.repeat(8)).healthLogit
  expect(readText(other + told.repeat(8) + other).healthLogit).toBeGreaterThan(alone - 1)
})

test.each(['John ', 'A', 'Ab Cd. ', '@a ', 'http://', '\n', '你', "a'b-", 'McDonald, '])(
  'the work for repeats of %j is at most two looks at each character',
  (piece) => {
    const text = piece.repeat(Math.ceil(50_000 / piece.length))
    expect(readText(text).units).toBeLessThanOrEqual(2 * text.length)
  },
)
