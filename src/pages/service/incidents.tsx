/**
 * The incidents of the window: a lane for the Service and for each path that failed, and all of them in words.
 *
 * @module
 */
import { IncidentText } from '../parts/incident.tsx'
import type { Incident, ServiceHistory, ServiceReport } from './documents.ts'
import { stretch, WIDE } from './plot-shapes.ts'
import { Axis, Windows } from './plots.tsx'
import type { PageQuery } from './query.ts'
import { namesOf } from './words.ts'

/** So many lanes are drawn, and so many incidents told at once. */
const LANES = 12
const AT_ONCE = 10
/** A report has so many at most. */
const IN_REPORT = 100

type IncidentsProps = { service: ServiceHistory; report: ServiceReport; query: PageQuery }

export function Incidents({ service, report, query }: IncidentsProps) {
  // Incidents of the Service as a whole come before those of its paths
  const incidents = report.incidents.toSorted((a, b) => Number(b.path === null) - Number(a.path === null))
  const named = namesOf(service.paths)
  const nameOf = (path: string | null) => (path === null ? 'The Service as a whole' : named(path))
  const lanes = [...Map.groupBy(incidents, ({ path }) => path)]
  const tell = (these: readonly Incident[]) => (
    <ul class="told">
      {these.map((incident) => (
        <li id={incident.id}>
          <IncidentText {...{ incident, now: report.to, what: nameOf(incident.path) }} />
        </li>
      ))}
    </ul>
  )
  return (
    <section id="incidents" aria-labelledby="incidents-title">
      <h2 id="incidents-title">Incidents</h2>
      <Windows query={query} at="#incidents" of="incidents" />
      {incidents.length === 0 ? (
        <p>No incident was open in this window.</p>
      ) : (
        <>
          <div class="lanes" aria-hidden="true">
            {lanes.slice(0, LANES).map(([path, these]) => (
              <>
                <span class="name">{nameOf(path)}</span>
                <svg viewBox={`0 0 ${WIDE} 20`} preserveAspectRatio="none" aria-hidden="true">
                  {these.map(({ startedAt, endedAt }) => (
                    <rect
                      class={endedAt === null ? 'open' : undefined}
                      {...stretch(startedAt, endedAt, report)}
                      y="2"
                      height="16"
                      vector-effect="non-scaling-stroke"
                    />
                  ))}
                </svg>
              </>
            ))}
            <Axis {...report} />
          </div>
          {lanes.length > LANES ? (
            <p class="quiet">{lanes.length - LANES} more paths failed; all are told below.</p>
          ) : null}
          {tell(incidents.slice(0, AT_ONCE))}
          {incidents.length > AT_ONCE ? (
            <details>
              <summary>{incidents.length - AT_ONCE} more</summary>
              {tell(incidents.slice(AT_ONCE))}
            </details>
          ) : null}
          {incidents.length >= IN_REPORT ? <p class="quiet">The newest {IN_REPORT} of this window.</p> : null}
        </>
      )}
      <p>
        <a
          href={`/incidents?${new URLSearchParams({ cluster: service.target.cluster, namespace: service.target.namespace })}`}
        >
          Incidents of the whole namespace
        </a>
      </p>
    </section>
  )
}
