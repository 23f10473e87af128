import { expect, test } from 'vitest'
import { classifyText } from '../texts.ts'

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
  ['export control as a stamp', '[ITAR]\nNozzle, sheet 2', 'restricted', ['export-control']],
  ['a trade secret as a heading', 'TRADE SECRET\nRecipe', 'restricted', []],
  ['the adjective', 'Can you keep it confidential, he asked.', 'public', []],
  ['a question about a lawyer’s duty', 'What is attorney-client privilege?', 'public', []],
  ['a question about the law', 'What is ITAR, and does a trade secret expire?', 'public', []],
  ['another word', 'Confidentiality is a topic of chapter two.', 'public', []],
  ['a secret in prose', 'The secret of good bread is time.', 'public', []],
])('%s', (_name, text, level, categories) => {
  expect(classifyText(text).label).toMatchObject({ level, categories })
})
