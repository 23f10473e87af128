import { expect, test } from 'vitest'
import { classifyText, found } from '../texts.ts'

test.each([
  [
    'a note',
    'Patient Max Mustermann, born 12.03.1964. Type 2 diabetes since 2011, HbA1c 8.9 %, on metformin 1000 mg. Admitted with chest pain.',
  ],
  ['a relative', 'My mother was diagnosed with breast cancer last week and takes tamoxifen.'],
  ['a result', 'Patient John Smith (DOB 1980-05-14) tested positive for HIV on 2026-10-02.'],
  [
    'shorthand',
    'Summarize: Pt is a 67 y/o male with hx of HTN and CKD, BP 150/90, c/o chest pain.',
  ],
  [
    'a German note',
    'Der Patient, geb. 12.03.1964, leidet an Diabetes Typ 2 und nimmt Metformin 1000 mg.',
  ],
  [
    'a French note',
    'Patiente née le 4 mai 1980, traitée pour une dépression par sertraline 50 mg.',
  ],
  ['a Spanish note', 'Paciente de 45 años con hipertensión, en tratamiento con enalapril 10 mg.'],
  [
    'the writer',
    'I have been on sertraline since my depression diagnosis in March, can you write to my employer',
  ],
  ['the writer, in few words', 'I have type 1 diabetes.'],
  ['the writer, with a curly apostrophe', 'I’m HIV positive and want to tell my partner'],
  ['the writer, in German', 'Ich nehme seit drei Jahren Citalopram wegen meiner Schlafstörung.'],
  ['the writer, in Spanish', 'Tengo diabetes tipo 2 y no sé qué comer.'],
  ['a relative with an age', 'My 8-year-old son has asthma and uses salbutamol.'],
  ['a relative, in French', 'Ma mère souffre d’une dépression.'],
  ['somebody of whom it is told', 'A letter for Jane Doe: she suffers from epilepsy.'],
  ['a colleague', 'Our employee Tom has been diagnosed with multiple sclerosis.'],
  ['a title and a name', 'Herr Müller leidet an Epilepsie und bekommt Lamotrigin.'],
  ['an age and a sex', '72-year-old woman with COPD and heart failure.'],
  ['a birth date and a code', 'E11.9 for Maria Lopez, DOB 03/04/1975.'],
  ['a birth date and a dose', 'Erika Musterfrau, geb. 3.4.1971, seit Mai 40 mg täglich'],
  ['a note with a drug known only by its ending', 'Patient is a 50 y/o woman on zofenopril.'],
  ['a German illness known only by its ending', 'Meine Tante hat Bauchspeicheldrüsenkrebs.'],
  ['a name far in front of it', `Patient John Smith, aged 71. ${'Lives alone. '.repeat(10)} COPD.`],
])('%s tells of somebody’s health', (_name, text) => {
  expect(found(text, 'health')).toEqual([`health: ${text}`])
  const { level, categories } = classifyText(text).label
  expect(level).toBe('restricted')
  expect(categories).toEqual(['health', 'pii'])
})

test.each([
  [
    'a question',
    'What are the symptoms of diabetes and how is it treated? Is metformin 500 mg a usual dose?',
  ],
  [
    'an article',
    'Diabetes is a chronic disease. People with diabetes often take metformin. If a patient has high blood pressure, a doctor may prescribe lisinopril 10 mg. It is diagnosed with a blood test.',
  ],
  [
    'an article about some',
    'Many adults suffer from depression; a person diagnosed with it may take sertraline.',
  ],
  ['a heading', 'What I need to know about pregnancy if I Have Diabetes'],
  ['patience', 'The patient investor waited for the depression to end.'],
  ['a job', 'Patient Care Coordinator, Cancer Center. Patient Safety and Diabetes Education.'],
  ['homework', 'I have to write an essay about diabetes'],
  ['a data set', 'I have a dataset of patients with diabetes and want to train a model'],
  ['history', 'Explain the Great Depression to my son'],
  ['a career', 'My sister studies: she reads every research paper on cancer.'],
  [
    'cooking',
    'My mother takes 200 g of flour, 500 mg of saffron and two eggs; my son takes the rest.',
  ],
  ['code', 'const patient = await db.patients.find({ id: 12 }); return patient.name'],
  ['a log', '2026-05-04T12:00:01Z INFO patient-service started pid=123 port=8080 mg=4'],
  [
    'a relative far from it',
    `My mother called. ${'We talked of the garden. '.repeat(6)} Diabetes is common.`,
  ],
])('%s does not', (_name, text) => {
  expect(found(text, 'health')).toEqual([])
})

test.each([
  ['a patient', 'Patient Max Mustermann, born 12.03.1964.', ['date: 12.03.1964'], 'restricted'],
  ['a German patient', 'Der Patient, geb. 12.03.1964, kam', ['date: 12.03.1964'], 'confidential'],
  ['a French patient', 'Patiente née le 4 mai 1980', ['date: 4 mai 1980'], 'confidential'],
  ['a name', 'Jane Doe, born 4 March 1975', ['date: 4 March 1975'], 'restricted'],
  ['a name, in brackets', 'Jane Doe (born 1975-03-04)', ['date: 1975-03-04'], 'restricted'],
  [
    'a name, as encyclopedias have it',
    'Jane Doe (born March 4, 1975) is an actress',
    [],
    'internal',
  ],
])('what is born behind %s', (_name, text, expected, level) => {
  expect(found(text, 'date')).toEqual(expected)
  expect(classifyText(text).label.level).toBe(level)
})
