import { err, ok, type Result } from '../domain/result.ts'
import { PICO_PER_MICRO_USD } from '../domain/money.ts'
import { daysIn, monthEnd, nextDay, previousMonth } from '../ledger/focus/times.ts'
import { anomaliesOf } from '../ledger/reports/anomalies.ts'
import { daysOf, forecast, spanOf } from '../ledger/reports/forecast.ts'
import { priceOfPrivacy } from '../ledger/reports/privacy.ts'
import { sumBy } from '../ledger/reports/slice.ts'
import {
  byClass,
  byCostCentre,
  STATEMENT_KEYS,
  type StatementLine,
} from '../ledger/reports/statement.ts'
import { unitCosts } from '../ledger/reports/unit-costs.ts'
import { varianceOf } from '../ledger/reports/variance.ts'
import { dayOf } from '../ledger/rollup.ts'
import { isSteady, savingsOf } from '../ledger/savings.ts'
import type { Env } from './env.ts'
import type { Books } from './stores/ledger-books.ts'
import { choices, costBuckets, slices, type Months } from './stores/ledger-reports.ts'
import { rollUpChoices } from './stores/ledger-rollup.ts'

type Asked = { readonly period: string; readonly by: string | undefined; readonly nowMs: number }
type Report = (env: Env, books: Books, asked: Asked) => Promise<Result<unknown, string>>

const only = (period: string): Months => ({ from: period, to: period })

/** Spend of a month, broken down. */
export async function statementLines(
  env: Env,
  { tenant, finance, catalog }: Books,
  period: string,
  by: (typeof STATEMENT_KEYS)[number],
): Promise<readonly StatementLine[]> {
  const months = only(period)
  if (by === 'cost_centre') {
    return byCostCentre(await slices(env, tenant, months, ['cost_centre', 'team', 'app']), finance)
  }
  if (by === 'class') {
    const rows = await slices(env, tenant, months, ['destination'], false)
    return byClass(rows, (id) => catalog.destinations.get(id)?.facts.class)
  }
  const rows = await slices(env, tenant, months, [by], false)
  return sumBy(rows, (row) => row[by])
}

const statement: Report = async (env, books, { period, by = 'cost_centre' }) => {
  const key = STATEMENT_KEYS.find((each) => each === by)
  if (key === undefined) return err(`one of ${STATEMENT_KEYS.join(', ')}`)
  return ok(await statementLines(env, books, period, key))
}

const UNIT_KEYS = ['app', 'destination', 'model'] as const

const units: Report = async (env, { tenant }, { period, by = 'app' }) => {
  const key = UNIT_KEYS.find((each) => each === by)
  if (key === undefined) return err(`one of ${UNIT_KEYS.join(', ')}`)
  const [rows, buckets] = await Promise.all([
    slices(env, tenant, only(period), [key], false),
    costBuckets(env, tenant, only(period), key),
  ])
  return ok(
    unitCosts(
      sumBy(rows, (row) => row[key]),
      buckets,
    ),
  )
}

const SCOPES = { tenant: undefined, team: 'team', app: 'app', key: 'key_id' } as const

/** Every budget with what its span comes to: the month, quarter or fiscal year, or the dearest day. */
const budget: Report = async (env, books, asked) => {
  const lines = []
  for (const each of books.catalog.budgets) lines.push(await budgetLine(env, books, each, asked))
  return ok(lines)
}

type Budget = Books['catalog']['budgets'][number]

async function budgetLine(env: Env, books: Books, budgeted: Budget, { period, nowMs }: Asked) {
  const span = spanOf(budgeted, period)
  const own = await rowsOfBudget(env, books, budgeted, span)
  const today = dayOf(nowMs)
  const over = daysOver(span, today)
  const costs = over.map((day) => costOn(own, day))
  const now = over.includes(today) ? 0n : costOn(own, today)
  const { id, scope, name, limitMicroUsd, topUps = [] } = budgeted
  const figures =
    budgeted.period === 'day'
      ? forecast(
          1,
          [],
          [...costs, now].reduce((most, cost) => (cost > most ? cost : most), 0n),
        )
      : forecast(daysOf(span), costs, now)
  const inForce = topUps.filter(({ until }) => Date.parse(until) > nowMs)
  const micro = inForce.reduce((sum, { amountMicroUsd }) => sum + amountMicroUsd, limitMicroUsd)
  const limitPicoUsd = BigInt(micro) * PICO_PER_MICRO_USD
  const isOver = figures.p90PicoUsd > limitPicoUsd
  const of = { budget: id, scope, name: name ?? null, class: budgeted.class ?? null }
  return { ...of, period: budgeted.period, ...span, limitPicoUsd, ...figures, isOver }
}

async function rowsOfBudget(
  env: Env,
  { tenant, catalog }: Books,
  { scope, name, class: counted }: Budget,
  span: Months,
): Promise<readonly { readonly day: string; readonly costPicoUsd: bigint }[]> {
  const column = SCOPES[scope]
  const isOwn = (value: string | undefined): boolean => column === undefined || value === name
  if (counted === undefined) {
    const rows = await slices(env, tenant, span, column === undefined ? [] : [column])
    return rows.filter((row) => isOwn(column && row[column]))
  }
  const rows = await slices(env, tenant, span, ['destination', ...(column ? [column] : [])])
  return rows.filter(
    (row) =>
      isOwn(column && row[column]) &&
      catalog.destinations.get(row.destination)?.facts.class === counted,
  )
}

const costOn = (rows: readonly { day: string; costPicoUsd: bigint }[], day: string): bigint =>
  rows.reduce((sum, row) => (row.day === day ? sum + row.costPicoUsd : sum), 0n)

/** Days of a span before today. */
function daysOver({ from, to }: Months, today: string): readonly string[] {
  const days: string[] = []
  for (let day = `${from}-01`; day < monthEnd(to) && day < today; day = nextDay(day)) days.push(day)
  return days
}

const variance: Report = async (env, { tenant }, { period }) => {
  const items = async (month: string) =>
    sumBy(
      await slices(env, tenant, only(month), ['destination', 'model'], false),
      ({ destination, model }) => `${model} at ${destination}`,
    )
  const [before, after] = await Promise.all([items(previousMonth(period)), items(period)])
  return ok([{ before: previousMonth(period), after: period, ...varianceOf(before, after) }])
}

const anomalies: Report = async (env, { tenant }, { period, nowMs }) => {
  const months = { from: previousMonth(period), to: period }
  const rows = await slices(env, tenant, months, ['app'])
  const today = dayOf(nowMs)
  const days = daysOver(months, nextDay(today))
  return ok(anomaliesOf(rows, days).filter(({ day }) => day.startsWith(period)))
}

const savings: Report = async (env, { tenant, finance, catalog }, { period }) => {
  const dimensions = ['app', 'destination', 'model', 'kind', 'outcome'] as const
  const byDay = !isSteady(finance, catalog, period)
  const rows = await slices(env, tenant, only(period), dimensions, byDay)
  return ok(savingsOf(rows, finance, catalog))
}

const privacy: Report = async (env, { tenant, catalog, caught }, { period }) => {
  await rollUpChoices(env, tenant, caught.throughSeq)
  const rows = await choices(env, tenant, only(period))
  return ok(priceOfPrivacy(rows, catalog.guardrails, catalog))
}

/** By day, for charts. */
const daily: Report = async (env, { tenant }, { period }) => {
  const rows = await slices(env, tenant, only(period), [])
  return ok(rows.toSorted((a, b) => (a.day < b.day ? -1 : 1)).slice(0, daysIn(period) + 1))
}

/** Reports by name: `/admin/api/ledger/report/NAME`. */
export const REPORTS: Readonly<Record<string, Report>> = {
  statement,
  units,
  budget,
  variance,
  anomalies,
  savings,
  privacy,
  daily,
}
