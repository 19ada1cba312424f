/**
 * The secret-bearing fields of checks: taken out before anything is stored or handed over, and put back only where the
 * tries are made. Pure.
 *
 * @module
 */
import type { Check } from '../plan/check.ts'
import type { Plan } from '../plan/path.ts'

type Field = { read(check: Check): unknown; write(check: Check, value: unknown): Check }

/** THE table of secret-bearing fields of checks. A new field that may carry a secret is added here, and nowhere else. */
const SECRET_FIELDS = {
  headers: {
    read: (check) => (check.type === 'http' && Object.keys(check.headers).length > 0 ? check.headers : undefined),
    write: (check, value) => (check.type === 'http' ? { ...check, headers: value as typeof check.headers } : check),
  },
  body: {
    read: (check) => (check.type === 'http' && check.body !== null ? check.body : undefined),
    write: (check, value) => (check.type === 'http' ? { ...check, body: value as string } : check),
  },
  metadata: {
    read: (check) => (check.type === 'grpc' && Object.keys(check.metadata).length > 0 ? check.metadata : undefined),
    write: (check, value) => (check.type === 'grpc' ? { ...check, metadata: value as typeof check.metadata } : check),
  },
  queryResponse: {
    read: (check) => (check.type === 'tcp' && check.queryResponse.length > 0 ? check.queryResponse : undefined),
    write: (check, value) =>
      check.type === 'tcp' ? { ...check, queryResponse: value as typeof check.queryResponse } : check,
  },
} as const satisfies Readonly<Record<string, Field>>

export type HiddenField = keyof typeof SECRET_FIELDS
export const HIDDEN_FIELDS = Object.keys(SECRET_FIELDS) as HiddenField[]

/** Tells whether a check has a value in a secret-bearing field. */
export const hasHidden = (check: Check, field: HiddenField): boolean => SECRET_FIELDS[field].read(check) !== undefined

const BLANKS: Readonly<Record<string, unknown>> = { headers: {}, body: null, metadata: {}, queryResponse: [] }

/** The secret-bearing fields of checks, by the name of the check and of the field. Plain JSON. */
export type CheckSecrets = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Takes the secrets out of the checks, by check name. `secrets` is `null` when there were none. */
export function withoutSecrets(checks: readonly Check[]): { checks: Check[]; secrets: CheckSecrets | null } {
  const secrets: Record<string, Record<string, unknown>> = {}
  const bare = checks.map((check) => {
    let out = check
    for (const [name, field] of Object.entries(SECRET_FIELDS)) {
      const value = field.read(check)
      if (value === undefined) {
        continue
      }
      secrets[check.name] = { ...secrets[check.name], [name]: value }
      out = field.write(out, BLANKS[name])
    }
    return out
  })
  return { checks: bare, secrets: Object.keys(secrets).length > 0 ? secrets : null }
}

/** Names the fields that {@link withoutSecrets} took out of each check, which is all that may be shown of them. */
export const hiddenFields = (secrets: CheckSecrets | null): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(secrets ?? {}).map(([check, fields]) => [check, Object.keys(fields)]))

/** Puts them back. */
export const withSecrets = (checks: readonly Check[], secrets: CheckSecrets | null): Check[] =>
  checks.map((check) =>
    Object.entries(secrets?.[check.name] ?? {}).reduce<Check>(
      (out, [name, value]) => (name in SECRET_FIELDS ? SECRET_FIELDS[name as HiddenField].write(out, value) : out),
      check,
    ),
  )

/** Takes them out of every path of a plan: check names are unique in a job, so one map serves them all. */
export const planWithoutSecrets = <T extends Planned>(plan: T): T =>
  mapChecks(plan, (checks) => withoutSecrets(checks).checks)
/** Puts them back into every path of a plan. */
export const planWithSecrets = <T extends Planned>(plan: T, secrets: CheckSecrets | null): T =>
  secrets === null ? plan : mapChecks(plan, (checks) => withSecrets(checks, secrets))

type Planned = Pick<Plan, 'paths'>

const mapChecks = <T extends Planned>(plan: T, change: (checks: readonly Check[]) => Check[]): T => ({
  ...plan,
  paths: plan.paths.map((path) => ({ ...path, checks: change(path.checks) })),
})
