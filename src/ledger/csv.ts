/** A cell of a table: numbers are written bare, text is made harmless to spreadsheets. */
export type Cell = { readonly number: string | number | null } | { readonly text: string | null }

/** One line of RFC 4180 with its line end; null is an empty field. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(field).join(',')}\r\n`

function field(cell: Cell): string {
  if ('number' in cell) return cell.number === null ? '' : String(cell.number)
  return cell.text === null ? '' : quote(harmless(cell.text))
}

/** A spreadsheet runs a cell that starts like a formula: https://owasp.org/www-community/attacks/CSV_Injection. */
const harmless = (text: string): string => (/^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text)

const quote = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
