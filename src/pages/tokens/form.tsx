/** The form of a new token. */
import type { Principal, Scope } from '../../record/principal.ts'
import { Choices, Tick } from '../parts/choice.tsx'
import { Field, type FieldErrors, type FieldPlace, fieldOf, Refused } from '../parts/field.tsx'
import type { Form, Refusal } from '../parts/form.ts'

const TEXTS = [
  'name',
  'namespaces',
  'clusters',
  'egressOnly',
  'expiresAt',
  'requestsPerMinute',
  'jobsUnderWay',
  'triesPerMinute',
] as const
type Text = (typeof TEXTS)[number]
const LIMITS = ['requestsPerMinute', 'jobsUnderWay', 'triesPerMinute'] as const satisfies readonly Text[]

export type TokenValues = Readonly<Record<Text, string>> & { scopes: readonly string[]; manifests: boolean }

const texts = (textOf: (name: Text) => string) =>
  Object.fromEntries(TEXTS.map((name) => [name, textOf(name)])) as Record<Text, string>

export const EMPTY_TOKEN: TokenValues = { ...texts(() => ''), scopes: [], manifests: false }

export const valuesOfToken = (form: Form): TokenValues => ({
  ...texts((name) => form.text(name)),
  scopes: form.all('scopes'),
  manifests: form.text('manifests') === 'on',
})

const listOf = (text: string): string[] | null => {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  return words.length === 0 ? null : words
}
const numberOf = (text: string): unknown =>
  text.trim() === '' ? null : Number.isNaN(Number(text)) ? text : Number(text)

/** A day alone ends as it begins, in UTC; what is no instant is for the API to refuse. */
const instantOf = (text: string): string | null => {
  const trimmed = text.trim()
  return trimmed === '' ? null : /^\d{4}-\d\d-\d\d$/.test(trimmed) ? `${trimmed}T00:00:00Z` : trimmed
}

export function bodyOfToken(values: TokenValues): Record<string, unknown> {
  const { name, scopes, manifests, namespaces, clusters, egressOnly, expiresAt } = values
  const rateLimit = Object.fromEntries(LIMITS.map((limit) => [limit, numberOf(values[limit])]))
  return {
    ...{ name: name.trim(), scopes, manifests, namespaces: listOf(namespaces), clusters: listOf(clusters) },
    ...{ egressOnly: listOf(egressOnly), expiresAt: instantOf(expiresAt) },
    rateLimit: Object.values(rateLimit).every((limit) => limit === null) ? null : rateLimit,
  }
}

const MEANINGS: Readonly<Record<Scope, string>> = {
  plan: 'plan, and see clusters',
  'jobs:read': 'see jobs and their reports',
  'jobs:write': 'ask for jobs',
  'schedules:read': 'see schedules',
  'schedules:write': 'make, change and delete schedules',
  'reports:read': 'see Services and their history',
  'metrics:read': 'scrape metrics',
  'tokens:write': 'make and revoke tokens',
  'audit:read': 'see who changed what',
  admin: 'everything',
}

const PLACES: readonly FieldPlace[] = [
  ...TEXTS.filter((name) => !(LIMITS as readonly string[]).includes(name)).map((name) => ({
    name,
    pointers: [`/${name}`],
  })),
  ...LIMITS.map((name) => ({ name, pointers: [`/rateLimit/${name}`] })),
  // The API tells a higher limit than that of the caller of all of them
  { name: 'requestsPerMinute', pointers: ['/rateLimit'] },
  { name: 'scopes', pointers: ['/scopes'] },
  { name: 'manifests', pointers: ['/manifests'] },
]

type Props = {
  values: TokenValues
  refusal: Refusal | null
  idempotencyKey: string
  scopes: readonly Scope[]
  /** Whoever makes it, who can give no more than it has. */
  own: Principal | null
}

export function TokenForm({ values, refusal, idempotencyKey, scopes, own }: Props) {
  const errors = refusal?.errors ?? []
  const errorsAt = (name: string): FieldErrors => errors.filter(({ pointer }) => fieldOf(pointer, PLACES) === name)
  const text = (name: Text, label: string, hint?: string) => {
    const pointers = PLACES.filter((place) => place.name === name).flatMap((place) => place.pointers)
    const common = { name, label, pointers, value: values[name], errors: errorsAt(name) }
    return hint === undefined ? <Field {...common} isRequired={name === 'name'} /> : <Field {...common} hint={hint} />
  }
  const reach = (mine: readonly string[] | null | undefined, all: string) =>
    mine === null || mine === undefined ? all : `You reach only ${mine.join(', ')}: name what it is to reach of these.`
  return (
    <form method="post" action="/tokens/new">
      <Refused of={refusal} errors={errors} fields={PLACES} />
      <input type="hidden" name="key" value={idempotencyKey} />
      {text('name', 'Name')}
      <Choices
        name="scopes"
        legend="What it may do"
        hint="You can grant only what you may do yourself."
        errors={errorsAt('scopes')}
        options={scopes.map((scope) => ({
          value: scope,
          text: scope,
          hint: MEANINGS[scope],
          isChosen: values.scopes.includes(scope),
        }))}
      />
      {text('namespaces', 'Namespaces', reach(own?.namespaces, 'Separated by commas. Empty: all of them.'))}
      {text('clusters', 'Clusters', reach(own?.clusters, 'Separated by commas. Empty: all of them.'))}
      <Tick name="manifests" isOn={values.manifests}>
        It may send manifests even if it is limited to namespaces or clusters; then say below what it may dial
        {errorsAt('manifests').map(({ detail }) => (
          <span class="error"> {detail}</span>
        ))}
      </Tick>
      {text(
        'egressOnly',
        'Dials only',
        'CIDRs, separated by commas, as in 10.0.0.0/8. Empty: the policy of the server decides.',
      )}
      {text('expiresAt', 'Expires', 'As in 2027-01-31, or 2027-01-31T12:00:00Z. Empty: never.')}
      {text(
        'requestsPerMinute',
        'Requests a minute',
        'Empty: the limit of the server. The same goes for the two below.',
      )}
      {text('jobsUnderWay', 'Jobs at once')}
      {text('triesPerMinute', 'Tries a minute')}
      <p>
        <button type="submit" class="main">
          Make the token
        </button>
      </p>
    </form>
  )
}
