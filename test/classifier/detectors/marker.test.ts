import { expect, test } from 'vitest'
import { classifyText, found } from '../texts.ts'

test.each([
  ['a heading', 'CONFIDENTIAL\nPlan for Q3', 'confidential', []],
  ['a stamp', 'Draft [Confidential]', 'confidential', []],
  ['a statement', 'This document is confidential.', 'confidential', []],
  ['strictly', 'Strictly confidential: merger', 'restricted', []],
  ['internal', 'For internal use only', 'internal', []],
  ['not to be passed on', 'Please do not distribute this deck.', 'confidential', []],
  ['of a lawyer', 'Attorney-Client Privileged', 'restricted', ['legal']],
  ['of a lawyer, broken over lines', 'privileged and\nconfidential', 'restricted', ['legal']],
  ['legal privilege as a heading', 'LEGAL PRIVILEGE\nAdvice', 'restricted', ['legal']],
  ['export control', 'This drawing is ITAR controlled.', 'restricted', ['export-control']],
  ['export control of this', 'This data is export controlled.', 'restricted', ['export-control']],
  ['export control as a stamp', '[ITAR]\nNozzle, sheet 2', 'restricted', ['export-control']],
  ['a trade secret as a heading', 'TRADE SECRET\nRecipe', 'restricted', []],
  ['in German', 'Streng vertraulich: Übernahmeplan', 'restricted', []],
  ['in French, for the house', 'À usage interne\nBudget', 'internal', []],
  ['in Spanish', '[CONFIDENCIAL]\nPlan de ventas', 'confidential', []],
  ['in Polish', 'Poufne\nUmowa', 'confidential', []],
  ['in Chinese', '【机密】\n并购计划', 'confidential', []],
  ['in Japanese', '社外秘\n来期の予算', 'confidential', []],
  ['of the traffic light protocol', 'TLP:RED\nIndicators follow.', 'restricted', []],
  [
    'of the Department of Defense',
    'DISTRIBUTION STATEMENT D. Contractors only.',
    'restricted',
    ['export-control'],
  ],
  ['a control number', 'Valve assembly, ECCN: 2B350.g', 'restricted', ['export-control']],
  ['a label of a personnel form', 'Employee ID: 20417', 'confidential', ['hr']],
  ['a personnel file', 'Personnel File\nGrade 7', 'confidential', ['hr']],
  [
    'a child with name and age',
    'My daughter Emma, 9 years old, cannot sleep.',
    'confidential',
    ['pii.minor'],
  ],
  [
    'an age, then a child with name',
    'Our 7-year-old son Liam hates school.',
    'confidential',
    ['pii.minor'],
  ],
])('%s', (_name, text, level, categories) => {
  const { label } = classifyText(text)
  expect(label.level).toBe(level)
  expect(label.categories).toEqual(expect.arrayContaining(categories))
})

test.each([
  ['a child without a name', 'Write a story for my 5-year-old son.'],
  ['a child in a puzzle', 'Tom is 12 years old and his sister is twice as old.'],
  ['a column of a table', 'SELECT employee_id: 12 FROM staff'],
  ['a free item', 'This pump is EAR99, no ECCN needed.'],
  ['a name in code', 'enum Scope { INTERNAL, SECRET, RESTRICTED }'],
  ['an entry in code', "'export-control': 'export-controlled data',"],
  ['export control in a question', 'How do firms store export-controlled data?'],
  ['a string in code', "access: 'privileged' | 'restricted',"],
  ['a remark in code', '  * @deprecated This is intended for internal use only.'],
  ['a parameter', 'function sign(\n  secret,\n  payload,\n)'],
  ['the adjective', 'Can you keep it confidential, he asked.'],
  ['a question about a lawyer’s duty', 'What is attorney-client privilege?'],
  ['a question about the law', 'What is ITAR, and does a trade secret expire?'],
  ['another word', 'Confidentiality is a topic of chapter two.'],
  ['a secret in prose', 'The secret of good bread is time.'],
])('%s marks nothing', (_name, text) => {
  expect(found(text, 'marker')).toEqual([])
})
