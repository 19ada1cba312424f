import { PathMap, PathTable } from '../map/map.tsx'
import type { ServiceHistory } from './documents.ts'
import { type PageQuery, queryText } from './query.ts'

/** The map of the Service, and the same as a table. */
export function WayMap({ service, query }: { service: ServiceHistory; query: PageQuery }) {
  const source = { service }
  const other = queryText({ ...query, cursor: undefined, isUnfolded: !query.isUnfolded })
  return (
    <section id="ways" aria-labelledby="ways-title">
      <h2 id="ways-title">Map</h2>
      <PathMap source={source} isUnfolded={query.isUnfolded} otherHref={`${other || '?'}#ways`} />
      <details>
        <summary>The map as a table</summary>
        <PathTable source={source} rows="way-" />
      </details>
    </section>
  )
}
