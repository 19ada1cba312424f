import { TakeAway as Reports } from '../parts/take-away.tsx'
import type { ServiceHistory } from './documents.ts'
import type { WindowName } from './query.ts'

/** Reports and a badge of the Service over the window, and its last job. */
export function TakeAway({ service, window }: { service: ServiceHistory; window: WindowName }) {
  const { cluster, namespace, service: name } = service.target
  const base = `/v1/services/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`
  const query = `?${new URLSearchParams({ cluster, window })}`
  return (
    <section id="reports" aria-labelledby="reports-title">
      <h2 id="reports-title">To take away</h2>
      <Reports href={`${base}/report${query}`} name={name} />
      <p>
        <a href={`${base}/badge.svg${query}`}>Badge</a> · <a href={`/jobs/${service.lastJobId}`}>Last job</a>
      </p>
    </section>
  )
}
