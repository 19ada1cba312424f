/** The fields of one object of a kubeconfig. Each mistake is noted with its file, object and field; never its value. */
export class Fields {
  readonly file: string
  /** The path of the object in the file, like `users[name=ci].user`; empty: the file itself. */
  readonly path: string
  readonly #raw: Readonly<Record<string, unknown>>
  readonly #mistakes: string[]

  constructor(file: string, path: string, raw: Readonly<Record<string, unknown>>, mistakes: string[]) {
    this.file = file
    this.path = path
    this.#raw = raw
    this.#mistakes = mistakes
  }

  /** The same fields, whose mistakes are noted in another list. */
  notedIn(mistakes: string[]): Fields {
    return new Fields(this.file, this.path, this.#raw, mistakes)
  }

  wrong(field: string, why: string): void {
    this.#mistakes.push(`${this.file}: ${this.path === '' ? '' : `${this.path}.`}${field} ${why}`)
  }

  has(field: string): boolean {
    return (this.#raw[field] ?? null) !== null
  }

  /** `null`: it is absent, or empty, which means the same everywhere in a kubeconfig. */
  text(field: string): string | null {
    const value = this.#raw[field] ?? null
    if (value === null || typeof value === 'string') {
      return value || null
    }
    if (typeof value === 'number' || typeof value === 'boolean') {
      return String(value)
    }
    this.wrong(field, `is ${nameOf(value)}, expected a text`)
    return null
  }

  flag(field: string): boolean {
    const value = this.#raw[field] ?? null
    if (value === null || value === '') {
      return false
    }
    const word = String(value).toLowerCase()
    if (word === 'true' || word === 'false') {
      return word === 'true'
    }
    this.wrong(field, `is ${nameOf(value)}, expected true or false`)
    return false
  }

  texts(field: string): string[] {
    return this.#list(field).flatMap((value) => {
      if (['string', 'number', 'boolean'].includes(typeof value)) {
        return [String(value)]
      }
      this.wrong(field, `holds ${nameOf(value)}, expected texts`)
      return []
    })
  }

  objects(field: string): Fields[] {
    return this.#list(field).flatMap((value, at) => {
      const path = `${this.path === '' ? '' : `${this.path}.`}${field}[${at}]`
      if (isObject(value)) {
        return [new Fields(this.file, path, value, this.#mistakes)]
      }
      if (value !== null) {
        this.wrong(`${field}[${at}]`, `is ${nameOf(value)}, expected an object`)
      }
      return []
    })
  }

  object(field: string, path = `${this.path === '' ? '' : `${this.path}.`}${field}`): Fields | null {
    const value = this.#raw[field] ?? null
    if (value === null || value === '') {
      return null
    }
    if (isObject(value)) {
      return new Fields(this.file, path, value, this.#mistakes)
    }
    this.wrong(field, `is ${nameOf(value)}, expected an object`)
    return null
  }

  names(): string[] {
    return Object.keys(this.#raw)
  }

  /** A field as it stands, for what is only handed on. */
  raw(field: string): unknown {
    return this.#raw[field] ?? null
  }

  #list(field: string): readonly unknown[] {
    const value = this.#raw[field] ?? null
    if (value === null || value === '') {
      return []
    }
    if (Array.isArray(value)) {
      return value
    }
    this.wrong(field, `is ${nameOf(value)}, expected a list`)
    return []
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function nameOf(value: unknown): string {
  if (value === null) {
    return 'null'
  }
  return Array.isArray(value)
    ? 'a list'
    : typeof value === 'object'
      ? 'an object'
      : `a ${typeof value}`.replace('string', 'text')
}
