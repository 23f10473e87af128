import { expect, test } from 'vitest'
import { INVOICE_FORMATS } from '../../src/ledger/invoices/index.ts'
import { amountPico } from '../../src/ledger/invoices/invoice.ts'
import { csvObjects } from '../../src/ledger/invoices/table.ts'

const DAY = '2026-11-03'

test.each<[string | number, number, string | undefined]>([
  [0.06, 0, '60000000000'],
  [6e-7, 0, '600000'],
  ['$1,234.50', 0, '1234500000000000'],
  ['123.78912', 2, '1237891200000'],
  ['-0.0000000000005', 0, '-1'],
  ['1.2.3', 0, undefined],
  ['', 0, undefined],
])('the amount %s with %i decimals moved', (amount, scale, expected) => {
  expect(amountPico(amount, scale)?.toString()).toBe(expected)
})

const AT = Date.parse(DAY) / 1000

test.each<[string, unknown, unknown]>([
  [
    'openai-costs',
    {
      object: 'page',
      data: [
        {
          object: 'bucket',
          start_time: AT,
          results: [
            {
              object: 'organization.costs.result',
              amount: { value: 0.06, currency: 'usd' },
              line_item: 'gpt-5-mini, cached input',
            },
          ],
        },
      ],
    },
    { day: DAY, model: 'gpt-5-mini', costPicoUsd: '60000000000' },
  ],
  [
    'openai-usage',
    {
      data: [
        {
          start_time: AT,
          results: [
            {
              object: 'organization.usage.completions.result',
              input_tokens: 1000,
              input_cached_tokens: 800,
              output_tokens: 50,
              num_model_requests: 5,
              model: 'gpt-5-mini-2025-08-07',
            },
          ],
        },
      ],
    },
    {
      day: DAY,
      requests: 5,
      costPicoUsd: null,
      tokens: { input_tokens: 200, cached_input_tokens: 800, output_tokens: 50 },
    },
  ],
  [
    'anthropic-costs',
    {
      data: [
        {
          starting_at: `${DAY}T00:00:00Z`,
          ending_at: '2026-11-04T00:00:00Z',
          results: [
            { currency: 'USD', amount: '123.45', model: 'claude-haiku-4-5', description: 'x' },
          ],
        },
      ],
      has_more: false,
    },
    { day: DAY, model: 'claude-haiku-4-5', costPicoUsd: '1234500000000' },
  ],
  [
    'anthropic-usage',
    {
      data: [
        {
          starting_at: `${DAY}T00:00:00Z`,
          results: [
            {
              uncached_input_tokens: 7,
              cache_read_input_tokens: 3,
              cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 1 },
              output_tokens: 5,
              model: 'claude-haiku-4-5',
            },
          ],
        },
      ],
    },
    {
      day: DAY,
      costPicoUsd: null,
      tokens: {
        input_tokens: 7,
        cached_input_tokens: 3,
        cache_write_5m_tokens: 2,
        cache_write_1h_tokens: 1,
        output_tokens: 5,
      },
    },
  ],
  [
    'table',
    csvObjects(
      `Date,Model Name,Input Tokens,Output Tokens,"Cost (USD)",Request ID\r\n${DAY} 10:00:00Z,"meta/llama, 3.3",100,5,$0.25,r-1\r\n`,
    ),
    {
      day: DAY,
      model: 'meta/llama, 3.3',
      requestId: 'r-1',
      requests: 1,
      costPicoUsd: '250000000000',
      tokens: { input_tokens: 100 },
    },
  ],
])('%s is recognised and read', (name, content, expected) => {
  const recognised = Object.keys(INVOICE_FORMATS).find((each) =>
    INVOICE_FORMATS[each]?.recognise(content),
  )
  const read = INVOICE_FORMATS[name]?.read(content)
  expect(recognised).toBe(name)
  expect(read).toMatchObject({ ok: true, value: [expected] })
})

test('a table without a cost is refused, and the answer names what is missing', () => {
  expect(INVOICE_FORMATS['table']?.read([{ date: DAY, model: 'x' }])).toMatchObject({
    ok: false,
    error: expect.stringContaining('row 1: needs a day'),
  })
})
