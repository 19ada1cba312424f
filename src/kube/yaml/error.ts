/** YAML that cannot be read: the problem in the words of go-yaml, which are kubectl's, and where it shows. */
export class YamlError extends Error {
  readonly problem: string
  /** Offset into the text at which reading stopped. */
  readonly at: number
  /** What was being read, and the offset at which that began. */
  readonly within: { what: string; at: number } | null

  constructor(problem: string, at: number, within: YamlError['within'] = null) {
    super(problem)
    this.name = 'YamlError'
    this.problem = problem
    this.at = at
    this.within = within
  }
}
