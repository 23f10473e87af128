/**
 * Raises an alarm for operators. Names and numbers only: nothing of a request, and no error's message, which may quote one.
 */
export function alarm(event: string, facts: Readonly<Record<string, string | number>> = {}): void {
  // oxlint-disable-next-line no-console -- the one place where the Worker logs
  console.error(JSON.stringify({ event, ...facts }))
}
