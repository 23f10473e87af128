/** One request that `npm start` sends, and what must become of it with the default policy. */
export type Sample = {
  readonly name: string
  readonly prompt: string
  /** The route that decides, and what its destination is. */
  readonly route: string
  readonly zone: 'third-party' | 'own'
}

// Put together here, so that nobody's scanner takes this file for a leak.
const BEGIN_KEY = ['-----BEGIN', 'PRIVATE KEY-----'].join(' ')
const END_KEY = ['-----END', 'PRIVATE KEY-----'].join(' ')

/**
 * Five requests whose data differ, about invented people: example.com is reserved for examples (RFC 2606), 030 23125 for
 * fiction (Bundesnetzagentur), and the card number is one that payment providers publish for tests.
 */
export const SAMPLES: readonly Sample[] = [
  {
    name: 'public question',
    prompt: 'Why is the sky blue, and why are sunsets red? Two sentences, please.',
    route: 'everything-else',
    zone: 'third-party',
  },
  {
    name: 'customer e-mail',
    prompt: [
      'Draft a friendly answer to this e-mail:',
      '',
      'From: Erika Mustermann <erika.mustermann@example.com>',
      'My order arrived damaged. Please call me at +49 30 23125 123.',
      'Erika Mustermann, Heidestraße 17, 51147 Köln',
    ].join('\n'),
    route: 'personal-data',
    zone: 'third-party',
  },
  {
    name: 'card number',
    prompt: 'A customer paid twice with card 4111 1111 1111 1111, valid to 12/29. What do I do?',
    route: 'cards',
    zone: 'own',
  },
  {
    name: 'patient note',
    prompt: [
      'Summarise for the referral letter:',
      'Patient Max Mustermann, born 12.03.1964. Type 2 diabetes since 2011, HbA1c 8.9 %, on metformin 1000 mg.',
      'Admitted with chest pain; the ECG shows no ischaemia.',
    ].join('\n'),
    route: 'health',
    zone: 'own',
  },
  {
    name: 'private key',
    prompt: [
      'Why does ssh refuse this key?',
      BEGIN_KEY,
      'bm90IGEga2V5LCBqdXN0IGEgc2FtcGxlIGZvciBkZW1hcmMgbnBtIHN0YXJ0Lg==',
      END_KEY,
    ].join('\n'),
    route: 'secrets',
    zone: 'own',
  },
]
