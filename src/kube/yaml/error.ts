/** YAML cannot be read. The problem is told in the words of go-yaml, which kubectl shows, with its place. */
export class YamlError extends Error {
  readonly problem: string
  /** Offset into the text at which reading stopped. */
  readonly at: number
  /** The thing that was being read, and the offset at which it began. */
  readonly within: { what: string; at: number } | null

  constructor(problem: string, at: number, within: YamlError['within'] = null) {
    super(problem)
    this.name = 'YamlError'
    this.problem = problem
    this.at = at
    this.within = within
  }
}
