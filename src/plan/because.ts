/**
 * Provenance: why a path is planned as it is, a field of an object at a time, and what speaks against a promise.
 *
 * @module
 */

/** One reason. The API shows it as a text, which {@link becauseText} makes at its edge; nothing reads it back. */
export type Because = {
  /** The object, as findings name it: `Service/toad`. `null`: it comes from the request, or from no object. */
  ref: string | null
  /** The field of the object, or of the request. `null`: the object as a whole, or no field. */
  field: string | null
  /** The value of the field, shown right behind it: `=Local`. */
  says?: string
  /** Its consequence, in words. */
  note?: string
  /**
   * Any makes the path `unknown`. `unpromised`: Kubernetes promises nothing here. `excused`: a failure is as meant, seen
   * from where the prober stands and with a plain request.
   */
  doubt?: 'unpromised' | 'excused'
  /** It says what was not read: there may be something that changes the path, or others besides it. */
  unread?: true
}

/** A field of an object of which both are known, so that a finding can name it as evidence. */
export type ObjectField = Because & { ref: string; field: string }

/** A field of an object that a path comes from. `ref: null`: a field of the request. */
export function fieldOf(ref: string, field: string, says?: string): ObjectField
export function fieldOf(ref: string | null, field: string | null, says?: string): Because
export function fieldOf(ref: string | null, field: string | null, says?: string): Because {
  return says === undefined ? { ref, field } : { ref, field, says }
}

/** A reason that no field tells. */
export const noteOf = (note: string): Because => ({ ref: null, field: null, note })

/** The same reason with what follows from it. */
export const noted = (because: Because, note: string): Because => ({
  ...because,
  note: because.note === undefined ? note : `${because.note}: ${note}`,
})

/** The same reason as a doubt: Kubernetes promises nothing because of it. */
export const doubted = (because: Because, note: string): Because => ({ ...noted(because, note), doubt: 'unpromised' })

/** The same reason as an excuse: a failure is as meant because of it. */
export const excused = (because: Because, note: string): Because => ({ ...noted(because, note), doubt: 'excused' })

/** `Service/toad spec.internalTrafficPolicy=Local: the prober's node has no endpoint`, as the API shows it. */
export function becauseText({ ref, field, says = '', note }: Because): string {
  const source = `${ref ?? ''}${ref !== null && field !== null ? ' ' : ''}${field ?? ''}${says}`
  if (note === undefined) {
    return source
  }
  return source === '' ? note : `${source}: ${note}`
}

/** Tells whether a reason is a field of an object of that kind. */
export const isOfKind = ({ ref }: Because, kind: string): boolean => ref?.startsWith(`${kind}/`) ?? false

/** Tells whether one of the reasons is that very field. */
export const comesFrom = (because: readonly Because[], { ref, field }: ObjectField): boolean =>
  because.some((each) => each.ref === ref && each.field === field)

/** The doubt that is shown where the failure of a path counts for nothing: the last one. `null`: it is promised. */
export function doubtText(because: readonly Because[]): string | null {
  const last = because.findLast(({ doubt }) => doubt !== undefined)
  return last === undefined ? null : becauseText(last)
}

const ORDER = ['unpromised', 'excused'] as const

/** Puts facts first, then doubts, then excuses; otherwise keeps their order. */
export function inOrder(because: readonly Because[]): readonly Because[] {
  if (because.every(({ doubt }) => doubt === undefined)) {
    return because
  }
  return [undefined, ...ORDER].flatMap((doubt) => because.filter((each) => each.doubt === doubt))
}

/** The reasons of one path that two objects make, each once. */
export function mergeBecause(a: readonly Because[], b: readonly Because[]): readonly Because[] {
  const byText = new Map<string, Because>()
  for (const each of [...a, ...b]) {
    const key = `${each.doubt ?? ''} ${becauseText(each)}`
    byText.set(key, byText.get(key) ?? each)
  }
  return [...byText.values()]
}
