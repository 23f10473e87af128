/** What is wrong with a policy and what is accepted. `path` leads to the place in the bundle; its first part names the file. */
export type PolicyProblem = {
  readonly path: readonly (string | number)[]
  /** Id of the rule, destination or model; null outside of one. */
  readonly rule: string | null
  readonly problem: string
}
