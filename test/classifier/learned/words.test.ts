import { expect, test } from 'vitest'
import {
  ALL_CAPITALS,
  BEGINS_CAPITAL,
  IS_CODE,
  IS_HANDLE,
  IS_URL,
  Sentence,
  WORDS_MAX,
} from '../../../src/classifier/learned/words.ts'

/** The sentences of a text, as their words. */
function sentencesOf(text: string): string[][] {
  const sentence = new Sentence()
  const sentences: string[][] = []
  for (let at = 0; at < text.length;) {
    at = sentence.read(text, at)
    const words = Array.from({ length: sentence.count }, (_, word) =>
      text.slice(sentence.start[word], sentence.end[word]),
    )
    if (words.length > 0) sentences.push(words)
  }
  return sentences
}

test.each([
  [
    'ends at a full stop',
    'It works. Really?',
    [
      ['It', 'works', '.'],
      ['Really', '?'],
    ],
  ],
  ['goes on after a title', 'Dr. Roe left.', [['Dr', '.', 'Roe', 'left', '.']]],
  ['goes on after an initial', 'by J. Doe', [['by', 'J', '.', 'Doe']]],
  ['ends at a line break', 'Jane\nJohn', [['Jane'], ['John']]],
  ['keeps joined names whole', 'Anne-Marie O’Neil', [['Anne-Marie', 'O’Neil']]],
  ['lets go of a genitive', "Maria's car", [['Maria', "'", 's', 'car']]],
  ['keeps an address whole', 'see https://a.example/b.', [['see', 'https://a.example/b', '.']]],
  ['takes other scripts as one sign', '你好 Max', [['你好', 'Max']]],
  ['knows letters with accents', 'Łukasz Šimek', [['Łukasz', 'Šimek']]],
])('a sentence %s', (_name, text, expected) => {
  expect(sentencesOf(text)).toEqual(expected)
})

test.each([
  ['Jane', BEGINS_CAPITAL],
  ['JANE', BEGINS_CAPITAL | ALL_CAPITALS],
  ['Élodie', BEGINS_CAPITAL],
  ['jane', 0],
  ['userName', IS_CODE],
  ['user_name', IS_CODE],
  ['v12', IS_CODE],
  ['@jane', IS_HANDLE],
  ['https://a.example', IS_CODE | IS_URL],
  ['jane@a.example', IS_CODE],
])('%s is recognised by how it is written', (word, expected) => {
  const sentence = new Sentence()
  sentence.read(word, 0)
  const mask = BEGINS_CAPITAL | ALL_CAPITALS | IS_CODE | IS_HANDLE | IS_URL
  expect((sentence.flags[0] ?? 0) & mask).toBe(expected)
})

test('a long sentence is read in parts, without losing a word', () => {
  const text = 'word '.repeat(3 * WORDS_MAX)
  expect(sentencesOf(text).map((words) => words.length)).toEqual([WORDS_MAX, WORDS_MAX, WORDS_MAX])
})
