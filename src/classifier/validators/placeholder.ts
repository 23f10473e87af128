/** What documentation writes where a credential goes. */
const WORDS =
  /example|sample|placeholder|your|changeme|change_me|replace|redacted|insert|dummy|fake|todo|xxxx|\.\.\.|\*\*\*|<|\$\{|\{\{|%s|secret_?here|_here|null|undefined|none|12345678|abcdef(?:gh|12)|0{8}|1{8}|foobar|lorem/i

/** True if a value stands for a credential rather than being one. */
export const isPlaceholder = (value: string): boolean => {
  const text = value.slice(0, 128)
  return WORDS.test(text) || new Set(text).size < Math.min(5, text.length / 2)
}
