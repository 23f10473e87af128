import {
  decimalOf,
  isCurrency,
  isFocusTime,
  isKeyValue,
  isProduct,
  isText,
  isUnit,
  type FocusCells,
} from './formats.ts'
import type { Check } from './rule-model.ts'

/** Whether one row satisfies one leaf check. */
type RowTest = (row: FocusCells) => boolean

const cell = (row: FocusCells, column: string | undefined): string | null =>
  row[column ?? ''] ?? null

/** Of a cell that has something in it; an empty one is a matter for the rules on nulls. */
const filled =
  (test: (text: string) => boolean) =>
  ({ ColumnName }: Check): RowTest =>
  (row) => {
    const text = cell(row, ColumnName)
    return text === null || test(text)
  }

const isDecimal = (text: string): boolean => decimalOf(text) !== undefined

/** Equal as text, or as numbers where the rule names a number. */
function isValue(text: string | null, value: Check['Value']): boolean {
  if (value === null || value === undefined || text === null) return text === (value ?? null)
  if (typeof value === 'string') return text === value
  const decimal = decimalOf(text)
  return decimal?.units === BigInt(value) * 10n ** BigInt(decimal?.scale ?? 0)
}

const atLeast =
  ({ ColumnName, Value }: Check): RowTest =>
  (row) => {
    const text = cell(row, ColumnName)
    if (text === null) return true
    const decimal = decimalOf(text)
    return (
      decimal !== undefined && decimal.units >= BigInt(Value ?? 0) * 10n ** BigInt(decimal.scale)
    )
  }

const product =
  ({ ColumnAName, ColumnBName, ResultColumnName }: Check): RowTest =>
  (row) => {
    const [a, b, c] = [ColumnAName, ColumnBName, ResultColumnName].map((name) => cell(row, name))
    if (a === null || b === null || a === undefined || b === undefined) return true
    return typeof c === 'string' && isProduct(a, b, c)
  }

/** The check functions of the rule file that look at one row; `ColumnPresent` and `CheckDistinctCount` look at more. */
export const ROW_CHECKS: Readonly<Record<string, (check: Check) => RowTest>> = {
  CheckValue:
    ({ ColumnName, CheckCondition, Value }) =>
    (row) =>
      isValue(cell(row, ColumnName ?? CheckCondition), Value),
  CheckNotValue:
    ({ ColumnName, CheckCondition, Value }) =>
    (row) =>
      !isValue(cell(row, ColumnName ?? CheckCondition), Value),
  CheckSameValue:
    ({ ColumnAName, ColumnBName }) =>
    (row) =>
      cell(row, ColumnAName) === cell(row, ColumnBName),
  CheckNotSameValue:
    ({ ColumnAName, ColumnBName }) =>
    (row) =>
      cell(row, ColumnAName) !== cell(row, ColumnBName),
  CheckGreaterOrEqualThanValue: atLeast,
  ColumnByColumnEqualsColumnValue: product,
  TypeDecimal: filled(isDecimal),
  CheckDecimalValue: filled(isDecimal),
  FormatNumeric: filled(isDecimal),
  TypeString: () => () => true, // every cell of a CSV is text
  FormatString: filled(isText),
  TypeDateTime: filled(isFocusTime),
  FormatDateTime: filled(isFocusTime),
  FormatUnit: filled(isUnit),
  FormatCurrency: filled(isCurrency),
  CheckNationalCurrency: filled(isCurrency),
  FormatKeyValue: filled(isKeyValue),
}
