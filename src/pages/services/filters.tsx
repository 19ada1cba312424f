/** Filters the wall of Services by state, by name, and by cluster and namespace. */
import type { PortolanProblem } from '../../client/errors.ts'
import type { Answer } from '../../client/types.ts'
import { ErrorSummary, Field } from '../parts/field.tsx'
import { type Asked, hrefWith, textOf } from '../query.ts'

type Totals = NonNullable<Answer<'listServices'>['totals']>

const STATES = {
  fail: { glyph: '✕', text: 'fail' },
  unknown: { glyph: '?', text: 'unknown' },
  pass: { glyph: '✓', text: 'pass' },
} as const

/** Shows the number of Services in each state, as a link to these. */
export function Totals({ asked, totals }: { asked: Asked; totals: Totals }) {
  const chosen = textOf(asked, 'verdict')
  const to = (verdict: string | null) => hrefWith('/', asked, { verdict, cursor: null })
  const current = (verdict: string) => (chosen === verdict ? ('page' as const) : undefined)
  return (
    <nav class="totals" aria-label="By state">
      <ul>
        {(['fail', 'unknown', 'pass'] as const).map((name) => (
          <li class={totals[name] === 0 ? undefined : name}>
            <a href={to(name)} aria-current={current(name)}>
              <span aria-hidden="true">{STATES[name].glyph}</span> <b>{totals[name]}</b> {STATES[name].text}
            </a>
          </li>
        ))}
        <li>
          <a href={to(null)} aria-current={current('')}>
            <b>{totals.fail + totals.unknown + totals.pass}</b> in all
          </a>
        </li>
      </ul>
    </nav>
  )
}

const FIELDS = { q: 'Search', namespace: 'Namespace', cluster: 'Cluster' } as const
const CHOICES = {
  verdict: { label: 'State', options: { '': 'any', fail: 'fails', unknown: 'unknown', pass: 'passes' } },
  sort: { label: 'Order', options: { '': 'problems first', name: 'by name' } },
} as const
const NAMES = [...Object.keys(FIELDS), ...Object.keys(CHOICES), 'cursor']

export function Filters({ asked, refused }: { asked: Asked; refused: PortolanProblem | null }) {
  const errors = refused?.errors ?? []
  return (
    <search aria-label="Services">
      <form class="filters" method="get" action="/">
        {refused === null ? null : (
          <ErrorSummary
            detail={refused.detail}
            errors={errors}
            fields={NAMES.filter((name) => name !== 'cursor').map((name) => ({ name, pointers: [`?${name}`] }))}
          />
        )}
        {Object.entries(FIELDS).map(([name, label]) => (
          <Field
            {...{ name, label, errors }}
            pointers={[`?${name}`]}
            value={textOf(asked, name)}
            type={name === 'q' ? 'search' : 'text'}
          />
        ))}
        {Object.entries(CHOICES).map(([name, { label, options }]) => (
          <Field {...{ name, label, errors }} pointers={[`?${name}`]}>
            <select id={name} name={name}>
              {Object.entries(options).map(([value, text]) => (
                <option value={value} selected={textOf(asked, name) === value}>
                  {text}
                </option>
              ))}
            </select>
          </Field>
        ))}
        <button type="submit">Show</button>
      </form>
    </search>
  )
}

/** The part of a query that this page knows: what else is in its address is none of the API's. */
export const knownOf = (asked: Asked): Asked =>
  Object.fromEntries(Object.entries(asked).filter(([name]) => NAMES.includes(name)))
