/**
 * Outcomes and latency over the window, as SVG that needs no script. Texts stand beside the drawing, so that they keep
 * their size where it is stretched. A script makes it a plot to zoom into.
 *
 * @module
 */
import { duration } from '../../report/phrases.ts'
import { percentOf } from '../../report/window-words.ts'
import type { Addresses } from '../assets.ts'
import { Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import type { Series, ServiceReport, Target } from './documents.ts'
import { HIGH, latencyLine, latencyTop, outcomeBars, QUANTILES, WIDE } from './plot-shapes.ts'
import { type PageQuery, queryText, WINDOWS, type WindowName } from './query.ts'

type PlotsProps = { series: Series; report: ServiceReport; target: Target; query: PageQuery; addresses: Addresses }

export function Plots({ series, report, target, query, addresses }: PlotsProps) {
  const { points, step } = series
  const from = points[0]?.at ?? report.from
  const source = `/v1/services/${[target.namespace, target.service].map(encodeURIComponent).join('/')}/series?cluster=${encodeURIComponent(target.cluster)}`
  return (
    <section id="plots" aria-labelledby="plots-title">
      <h2 id="plots-title">Outcomes and latency</h2>
      <Windows query={query} at="#plots" of="plots" />
      <div
        class="plots"
        data-series={source}
        data-from={from}
        data-to={report.to}
        data-step={WINDOWS[query.window].step}
        data-uplot={addresses['uplot.js']}
        data-sheet={addresses['uplot.css']}
      >
        <Outcomes {...{ series, report, from }} />
        <Latency {...{ series, report, from }} />
      </div>
      <p class="quiet" data-zoom-hint hidden>
        Drag over a plot to zoom in; double-click to come back.
      </p>
      <details>
        <summary>
          The same as a table: {points.length} steps of {step}
        </summary>
        <Table
          caption={`Tries and latency by steps of ${step}`}
          columns={[
            { head: 'From' },
            ...['Passed', 'Failed', 'Errors', 'Skipped', 'P50', 'P95', 'P99'].map((head) => ({ head, isNumber: true })),
          ]}
          rows={points
            .filter(({ pass, fail, error, skipped }) => pass + fail + error + skipped > 0)
            .map(({ at, pass, fail, error, skipped, p50Ms, p95Ms, p99Ms }) => ({
              cells: [
                <Time at={at} />,
                ...[pass, fail, error, skipped].map(String),
                ...[p50Ms, p95Ms, p99Ms].map(duration),
              ],
            }))}
        />
      </details>
    </section>
  )
}

/** Links to the same page over other windows. @param of what it is the window of */
export function Windows({ query, at, of }: { query: PageQuery; at: string; of: string }) {
  return (
    <nav aria-label={`Window of time of ${of}`}>
      <ul class="here">
        {(Object.keys(WINDOWS) as WindowName[]).map((window) => (
          <li>
            <a
              href={`${queryText({ ...query, window, cursor: undefined }) || '?'}${at}`}
              aria-current={window === query.window ? 'true' : undefined}
            >
              {WINDOWS[window].text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

type PlotProps = { series: Series; report: ServiceReport; from: string }

function Outcomes({ series: { points, step }, report, from }: PlotProps) {
  const { bars, zero, up, down } = outcomeBars(points)
  const { pass, fail, error } = report.counts
  return (
    <figure class="plot" data-plot="outcomes">
      <figcaption>Tries by outcome, {step} a bar</figcaption>
      <p class="summary">
        {pass + fail + error === 0
          ? 'Nothing was tried in this window.'
          : `${percentOf(report.counts)} available: ${pass} passed, ${fail} failed${error === 0 ? '' : `, ${error} errors of the prober`}. ${worstOf(points)}`}
      </p>
      <div class="area">
        <div class="y">
          <span>{up} passed</span>
          {down === 0 ? <span>0</span> : <span>{down} failed</span>}
        </div>
        <svg viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" aria-hidden="true">
          <line class="grid" x1="0" x2={WIDE} y1={zero} y2={zero} vector-effect="non-scaling-stroke" />
          {bars.map(({ kind, ...shape }) => (
            <rect class={kind} {...shape} vector-effect="non-scaling-stroke" />
          ))}
        </svg>
        <Axis {...{ from, to: report.to }} />
      </div>
      <p class="legend">
        Passed tries stand above the line, failed ones below it{error === 0 ? '' : ', errors as outlines further down'}.
      </p>
    </figure>
  )
}

/** When it failed most, for whoever does not see the plot. */
function worstOf(points: Series['points']): string {
  const worst = points.reduce<Series['points'][number] | null>((a, b) => (b.fail > (a?.fail ?? 0) ? b : a), null)
  const failing = points.filter(({ fail }) => fail > 0).length
  return worst === null
    ? 'No step has a failure.'
    : `${failing} of ${points.length} steps have failures, most (${worst.fail}) from ${worst.at.slice(0, 16).replace('T', ' ')} UTC.`
}

function Latency({ series: { points, step }, report, from }: PlotProps) {
  const top = latencyTop(points)
  const { p50Ms, p95Ms, p99Ms } = report.latency
  return (
    <figure class="plot" data-plot="latency">
      <figcaption>Latency of passing tries, {step} a point</figcaption>
      <p class="summary">
        {p50Ms === null
          ? 'Nothing was timed in this window.'
          : `Over the window: P50 ${duration(p50Ms)}, P95 ${duration(p95Ms)}, P99 ${duration(p99Ms)}.`}
      </p>
      <div class="area">
        <div class="y">
          <span>{duration(top)}</span>
          <span>{duration(top / 2)}</span>
          <span>0</span>
        </div>
        <svg viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" aria-hidden="true">
          {[0, HIGH / 2, HIGH].map((y) => (
            <line class="grid" x1="0" x2={WIDE} y1={y} y2={y} vector-effect="non-scaling-stroke" />
          ))}
          {QUANTILES.map((of) => {
            const { d, dots } = latencyLine(points, of, top)
            const kind = of.slice(0, 3)
            return (
              <>
                {d === '' ? null : <path class={`line ${kind}`} d={d} vector-effect="non-scaling-stroke" />}
                {dots === '' ? null : <path class={`dot ${kind}`} d={dots} vector-effect="non-scaling-stroke" />}
              </>
            )
          })}
        </svg>
        <Axis {...{ from, to: report.to }} />
      </div>
      <p class="legend">P50 is drawn through, P95 is dashed, P99 is dotted.</p>
    </figure>
  )
}

/** The times below a drawing: its beginning, its middle and its end. */
export function Axis({ from, to }: { from: string; to: string }) {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  return (
    <div class="x">
      {[start, (start + end) / 2, end].map((ms) => (
        <span>{new Date(ms).toISOString().slice(5, 16).replace('T', ' ')} UTC</span>
      ))}
    </div>
  )
}
