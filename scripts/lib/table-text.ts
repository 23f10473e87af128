type Cells = Readonly<Record<string, string>>

/** Lines as a table with a header, for a terminal. */
export function tableText(lines: readonly Cells[]): string {
  const names = Object.keys(lines[0] ?? {})
  if (names.length === 0) return 'nothing to show'
  const rows = [names, ...lines.map((line) => names.map((name) => line[name] ?? ''))]
  const widths = names.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
