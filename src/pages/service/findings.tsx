import { Findings as Each, type PathNamed } from '../parts/findings.tsx'
import type { ServiceHistory } from './documents.ts'
import { pathName } from './words.ts'

/** Shows the findings of the current diagnosis. */
export function Findings({ service: { diagnosis, paths } }: { service: ServiceHistory }) {
  const findings = diagnosis?.findings ?? []
  const known = new Map(paths.map((path) => [path.id, path]))
  const pathNamed: PathNamed = (id) => {
    const path = known.get(id)
    return path === undefined ? null : { title: pathName(path), href: `#path-${id}` }
  }
  return (
    <section id="findings" aria-labelledby="findings-title">
      <h2 id="findings-title">Findings</h2>
      <p class="quiet">
        Diagnosis now: {diagnosis?.status ?? 'unknown'}.{findings.length === 0 ? ' Nothing was found.' : ''}
      </p>
      <Each findings={findings} pathNamed={pathNamed} />
    </section>
  )
}
