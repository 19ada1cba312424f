/** Filters the wall of Services by state, by name, and by cluster and namespace. */
import type { Answer } from '../../client/types.ts'
import { type Query, QueryChoice, QueryField, QueryForm } from '../parts/query-form.tsx'
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

const CHOICES = {
  verdict: { label: 'State', options: { '': 'any', fail: 'fails', unknown: 'unknown', pass: 'passes' } },
  sort: { label: 'Order', options: { '': 'problems first', name: 'by name' } },
} as const
export const NAMES = ['q', 'namespace', 'cluster', ...Object.keys(CHOICES)]

export const Filters = ({ of }: { of: Query }) => (
  <search aria-label="Services">
    <QueryForm of={of} action="/" names={NAMES}>
      <QueryField of={of} name="q" label="Search" type="search" />
      <QueryField of={of} name="namespace" label="Namespace" />
      <QueryField of={of} name="cluster" label="Cluster" />
      {Object.entries(CHOICES).map(([name, choice]) => (
        <QueryChoice of={of} name={name} {...choice} />
      ))}
    </QueryForm>
  </search>
)
