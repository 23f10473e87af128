/** As much of a text as is looked at. */
const SAMPLE_MAX = 8_000
/** Lines that only code has, in number and of all that are not blank. Records in JSON, CSV or prose have none. */
const LINES_MIN = 3
const SHARE_MIN = 0.15

const LINE = /^[^\n]*\S/gm
/** Begins with a word of a language, as it is written there, or ends as a statement or a block does. */
const CODE_LINE =
  /^[ \t+-]{0,40}(?:(?:import|export|const|let|var|function|async|def|class|fn|func|impl|public|private|static|interface|type|return|throw|await|package) [^\n]{0,160}|#include\b[^\n]{0,80}|\} ?(?:else|catch|from)\b[^\n]{0,80}|(?:if|for|while|switch) ?\([^\n]{0,160}|[^\n]{0,160}(?:\);|\) ?\{|=> ?\{|\}\);?))[ \t]{0,4}$/gm

/** The text is source code, or mostly. */
export function hasCodeLines(text: string): boolean {
  const sample = text.slice(0, SAMPLE_MAX)
  const code = sample.match(CODE_LINE)?.length ?? 0
  return code >= LINES_MIN && code >= SHARE_MIN * (sample.match(LINE)?.length ?? 0)
}
