/**
 * Recorded tries, the newest first, with what each met; by path, kind, outcome, check and vantage.
 *
 * @module
 */
import type { Child } from 'hono/jsx'
import { OUTCOMES } from '../../check/result.ts'
import { duration } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'
import { Pager } from '../parts/pager.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import type { HistoryResult, ServiceHistory } from './documents.ts'
import { Evidence } from './evidence.tsx'
import { type Filters, type PageQuery, queryText } from './query.ts'
import { namesOf, pathName } from './words.ts'

/** Options of a field that are listed; with more the field takes an id. */
const OPTIONS_MAX = 300

type ResultsProps = {
  service: ServiceHistory
  results: { items: readonly HistoryResult[]; nextCursor: string | null }
  query: PageQuery
  path: string
}

export function Results({ service, results, query, path }: ResultsProps) {
  const { filters, cursor } = query
  const nameOf = namesOf(service.paths)
  const first = cursor === undefined ? null : `${path}${queryText({ ...query, cursor: undefined })}#results`
  const next =
    results.nextCursor === null ? null : `${path}${queryText({ ...query, cursor: results.nextCursor })}#results`
  return (
    <section id="results" aria-labelledby="results-title">
      <h2 id="results-title">Results</h2>
      <FilterForm {...{ service, query, path }} />
      {results.items.length === 0 ? (
        <p>{Object.keys(filters).length === 0 ? 'No try is recorded.' : 'No recorded try matches.'}</p>
      ) : (
        results.items.map((result) => <Try {...{ result, name: nameOf(result.pathId) }} />)
      )}
      <Pager first={first} next={next} />
    </section>
  )
}

function Try({ result, name }: { result: HistoryResult; name: string }) {
  const { outcome, startedAt, check, vantage, failure, timings, counted, jobId, sample, try: nth, round } = result
  return (
    <details class="result" id={result.id}>
      <summary>
        <State of={outcome} /> <Time at={startedAt} /> <code>{name}</code>{' '}
        <span class="quiet">
          {visible(check)}, {visible(vantage)}
          {failure === null ? '' : `, ${failure.code}`}
          {timings.totalMs === null ? '' : `, ${duration(timings.totalMs)}`}
          {counted ? '' : ', not counted: another try of the same sample decided'}
        </span>
      </summary>
      <div>
        <p>
          Sample {sample}, try {nth}, round {round} of <a href={`/jobs/${jobId}`}>{jobId}</a>
        </p>
        <Evidence result={result} />
      </div>
    </details>
  )
}

function FilterForm({ service, query, path }: Omit<ResultsProps, 'results'>) {
  const { paths } = service
  const { filters, window } = query
  const seen = (of: 'check' | 'vantage') => unique(paths.flatMap(({ states }) => states.map((state) => state[of])))
  const known = paths.length <= OPTIONS_MAX ? paths : []
  const options = {
    path: known.map((each) => [each.id, pathName(each)] as const),
    kind: unique(paths.map(({ kind }) => kind)).map(same),
    outcome: OUTCOMES.map(same),
    check: seen('check').map(same),
    vantage: seen('vantage').map(same),
  }
  return (
    <form class="filters" method="get" action={`${path}#results`} aria-label="Which results">
      {window === '24h' ? null : <input type="hidden" name="window" value={window} />}
      {query.isUnfolded ? <input type="hidden" name="map" value="unfolded" /> : null}
      {known.length === 0 ? (
        <Labelled name="path" text="Path id">
          <input id="filter-path" name="path" value={filters.path ?? ''} />
        </Labelled>
      ) : (
        <Choice name="path" text="Path" options={options.path} filters={filters} />
      )}
      <Choice name="kind" text="Kind" options={options.kind} filters={filters} />
      <Choice name="outcome" text="Outcome" options={options.outcome} filters={filters} />
      <Choice name="check" text="Check" options={options.check} filters={filters} />
      <Choice name="vantage" text="Vantage" options={options.vantage} filters={filters} />
      <button type="submit">Show</button>
      {Object.keys(filters).length === 0 ? null : (
        <a href={`${path}${queryText({ ...query, filters: {}, cursor: undefined })}#results`}>Show all</a>
      )}
    </form>
  )
}

const same = (value: string) => [value, visible(value)] as const
const unique = (values: readonly string[]): string[] => [...new Set(values)].filter((value) => value !== '').sort()

const Labelled = ({ name, text, children }: { name: string; text: string; children?: Child }) => (
  <p class="inline">
    <label for={`filter-${name}`}>{text}</label>
    {children}
  </p>
)

type ChoiceProps = {
  name: keyof Filters
  text: string
  options: readonly (readonly [value: string, text: string])[]
  filters: Filters
}

function Choice({ name, text, options, filters }: ChoiceProps) {
  const chosen = filters[name] ?? ''
  const all = chosen === '' || options.some(([value]) => value === chosen) ? options : [...options, same(chosen)]
  return (
    <Labelled name={name} text={text}>
      <select id={`filter-${name}`} name={name}>
        <option value="" selected={chosen === ''}>
          Any
        </option>
        {all.map(([value, shown]) => (
          <option value={value} selected={value === chosen}>
            {shown}
          </option>
        ))}
      </select>
    </Labelled>
  )
}
