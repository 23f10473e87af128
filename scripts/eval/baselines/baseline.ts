/** Another tool, asked what kinds of things a text holds. Its names for kinds are turned into ours. */
export type Baseline = {
  readonly name: string
  readonly kindsIn: (text: string) => Promise<ReadonlySet<string>>
}

/** A tool that could not be loaded here, and why. */
export type Absent = { readonly name: string; readonly reason: string }
