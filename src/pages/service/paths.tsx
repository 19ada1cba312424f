/**
 * The paths of a Service by check and vantage; those that could not be tested, and those that are planned no more.
 *
 * @module
 */
import { duration } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import {
  isGroup,
  livePaths,
  type PathReport,
  type PathState,
  type ServiceHistory,
  type ServiceReport,
} from './documents.ts'
import { forHowLong, pathName } from './words.ts'

/** So many rows are seen at once; what fails stands first. */
const AT_ONCE = 40

type Row = { path: PathState; state: PathState['states'][number] | null }

export function Paths({ service, report }: { service: ServiceHistory; report: ServiceReport }) {
  const live = livePaths(service)
  const rows = live
    .flatMap((path): Row[] => (path.states.length === 0 ? [] : path.states.map((state) => ({ path, state }))))
    .toSorted((a, b) => rank(a) - rank(b))
  const untested = live.filter(({ states }) => states.length === 0)
  const retired = service.paths.filter((path) => path.retiredAt !== null && !isGroup(path))
  const p95 = p95Of(report)
  const render = ({ path, state }: Row, at: number, all: readonly Row[]) => ({
    // The first row of a path is where links to it lead
    ...(all.findIndex((row) => row.path.id === path.id) === at ? { id: `path-${path.id}` } : {}),
    cells: [
      <Named path={path} />,
      visible(state?.check || '–'),
      visible(state?.vantage ?? '–'),
      state?.state == null ? <State of={null} text="Not tested" /> : <State of={state.state} />,
      state?.sinceAt == null ? (
        '–'
      ) : (
        <>
          <Time at={state.sinceAt} /> <span class="quiet">({forHowLong(state.sinceAt, report.to)})</span>
        </>
      ),
      <LastOutcome {...{ path, state }} />,
      p95(path),
    ],
  })
  const columns = [
    ...[{ head: 'Path' }, { head: 'Check' }, { head: 'Vantage' }, { head: 'State' }, { head: 'Since' }],
    ...[{ head: 'Last outcome' }, { head: 'P95 of the path', isNumber: true }],
  ]
  const failing = rows.filter((row) => rank(row) === 0).length
  const shown = rows.slice(0, Math.max(Math.min(AT_ONCE, rows.filter((row) => rank(row) < 3).length), failing))
  const rest = rows.slice(shown.length)
  return (
    <section id="paths" aria-labelledby="paths-title">
      <h2 id="paths-title">Paths by vantage</h2>
      {rows.length === 0 ? (
        <p>No path has been tested.</p>
      ) : (
        <Table caption="Each path by check and vantage, what fails first" columns={columns} rows={shown.map(render)} />
      )}
      {rest.length === 0 ? null : (
        <details>
          <summary>{rest.length} more, none of which fails</summary>
          <Table caption="The other paths" columns={columns} rows={rest.map(render)} />
        </details>
      )}
      <p class="quiet">
        P95 is of passing tries in the window, of all checks and vantages of a path together; Endpoints of one port are
        counted together.
      </p>
      <Untested paths={untested} />
      <Retired paths={retired} />
    </section>
  )
}

/** The map calls an endpoint by its pod: so does its row. */
const Named = ({ path }: { path: PathState }) => (
  <>
    <code>{pathName(path)}</code>
    {path.pod === null ? null : <span class="quiet"> Pod {visible(path.pod)}</span>}
  </>
)

const rank = ({ path, state }: Row): number => {
  if (state?.state === 'fail') {
    return 0
  }
  if (state?.lastOutcome === 'error') {
    return 1
  }
  return state?.state === null || path.expected === 'unknown' ? 3 : 2
}

function LastOutcome({ path, state }: Row) {
  if (state === null) {
    return <>–</>
  }
  const { lastOutcome, lastAt, lastFailure } = state
  const why =
    lastOutcome === 'fail' || lastOutcome === 'error'
      ? (lastFailure?.code ?? null)
      : lastOutcome === 'skipped'
        ? (path.skipped?.reason ?? null)
        : null
  return (
    <>
      <State of={lastOutcome} /> {why === null ? null : <code>{why}</code>} <Time at={lastAt} />
    </>
  )
}

/** @returns the P95 of a path; of an Endpoint that of all of its port and family. */
function p95Of({ paths }: ServiceReport): (path: PathState) => string {
  const key = ({ kind, port, family }: PathState | PathReport) => `${kind} ${port?.number} ${port?.protocol} ${family}`
  const byId = new Map(paths.map((path) => [path.id, path]))
  const groups = new Map(paths.filter(isGroup).map((path) => [key(path), path]))
  return (path) => duration((byId.get(path.id) ?? groups.get(key(path)))?.latency.p95Ms ?? null)
}

function Untested({ paths }: { paths: readonly PathState[] }) {
  if (paths.length === 0) {
    return null
  }
  const byReason = Map.groupBy(paths, ({ skipped }) => skipped?.detail ?? 'left out by the jobs so far')
  return (
    <details>
      <summary>{paths.length === 1 ? '1 path was never tested' : `${paths.length} paths were never tested`}</summary>
      <ul>
        {[...byReason].map(([reason, these]) => (
          <li>
            {visible(reason)}
            <ul>
              {these.map((path) => (
                <li id={`path-${path.id}`}>
                  <Named path={path} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </details>
  )
}

function Retired({ paths }: { paths: readonly PathState[] }) {
  if (paths.length === 0) {
    return null
  }
  return (
    <details id="retired">
      <summary>
        {paths.length === 1 ? '1 path is planned no more' : `${paths.length} paths are planned no more`}
      </summary>
      <Table
        caption="Retired paths, with how they were when they went"
        columns={[{ head: 'Path' }, { head: 'Last state' }, { head: 'Retired' }]}
        rows={paths.map((path) => ({
          id: `path-${path.id}`,
          cells: [
            <Named path={path} />,
            <State of={path.state} />,
            path.retiredAt === null ? '–' : <Time at={path.retiredAt} />,
          ],
        }))}
      />
    </details>
  )
}
