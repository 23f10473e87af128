import { expect, test } from 'vitest'
import { classifyText, found } from '../texts.ts'

test.each([
  ['with a title', 'Mrs. Jane van der Berg called', ['person: Jane van der Berg']],
  ['with a label', 'Patient: Jane Doe, 45', ['person: Jane Doe']],
  ['as JSON', '{"full_name": "Jane Q. Doe"}', ['person: Jane Q. Doe']],
  ['greeted', 'Dear Jane Doe,\nthank you', ['person: Jane Doe']],
  ['of nobody', 'Dear Hiring Manager,', []],
  ['of nobody either', 'Dear Sir or Madam', []],
  ['of a program', 'MS Word and Ms. Pac', ['person: Pac']],
  ['of a variable', 'name: string', []],
  ['in prose', 'London calls Paris Saint Germain', []],
])('a name %s', (_name, text, expected) => {
  expect(found(text, 'person')).toEqual(expected)
})

test('a name alone is internal; with a birth date or an account it is restricted', () => {
  expect(classifyText('Customer: Jane Doe').label.level).toBe('internal')
  expect(classifyText('Customer: Jane Doe, DOB 03/04/1975').label.level).toBe('restricted')
  expect(classifyText('Customer: Jane Doe, DE89 3704 0044 0532 0130 00').label.level).toBe(
    'restricted',
  )
  expect(classifyText('Customer: Jane Doe, jane@acme.com').label.level).toBe('confidential')
})

test.each([
  ['DOB', 'DOB: 03/04/1975', ['date: 03/04/1975']],
  ['with a pattern between', 'Date of birth (mm/dd/yyyy): 03/04/1975', ['date: 03/04/1975']],
  ['ISO', '"birth_date":"1975-03-04"', ['date: 1975-03-04']],
  ['in words', 'her date of birth is March 3, 1975', ['date: March 3, 1975']],
  ['German', 'Geburtsdatum: 3.4.1975', ['date: 3.4.1975']],
  ['Spanish', 'Fecha de nacimiento: 03/04/1975', ['date: 03/04/1975']],
  ['of history', 'Beethoven was born on 17 December 1770', []],
  ['of somebody famous', 'She was born on August 4, 1961', []],
  ['another date', 'due date: 03/04/1975', []],
  ['no date', 'date of birth: unknown', []],
])('a birth date, %s', (_name, text, expected) => {
  expect(found(text, 'date')).toEqual(expected)
})

const NOTE =
  'Patient: J. D., MRN 884421, 58-year-old woman. Chief complaint: chest pain. BP 120/80.'

test.each([
  ['a note', NOTE],
  [
    'a diagnosis code and a dose',
    'Dx: E11.9 confirmed. The patient was started on metformin 500 mg po bid.',
  ],
  ['a talk', 'Doctor: How is the knee?\nPatient: Still swollen since the fall.'],
  [
    'a patient speaking',
    'I was diagnosed with asthma. My doctor prescribed albuterol 90 mcg as needed.',
  ],
  [
    'Spanish',
    'Datos del paciente.\nNHC: 2569870. Varón de 53 años que acude a urgencias. Exploración física: normal.',
  ],
])('%s is about somebody’s health', (_name, text) => {
  expect(found(text, 'health')).toHaveLength(1)
  expect(classifyText(text).label).toMatchObject({
    level: 'restricted',
    categories: ['health', 'pii'],
  })
})

test.each([
  [
    'an article',
    'Diabetes is diagnosed by a blood test. Patients are often prescribed metformin. A doctor takes a medical history.',
  ],
  ['a question', 'What are the symptoms of type 2 diabetes, and how is it treated?'],
  [
    'a single sign',
    'Allergies: how do they start? A physical exam may help to find out what causes them.',
  ],
  ['talk about records', 'The MRN is the medical record number that a hospital gives to people.'],
  [
    'a purchase order',
    'PO 4471: the bid was 500 mg of saffron, daily delivery to the doctor on Main Street.',
  ],
  ['a story', 'The patient man waited. "Doctor, please", he said, and the nurse smiled at him.'],
])('%s is not', (_name, text) => {
  expect(found(text, 'health')).toEqual([])
})
