/** Shows what a job tells besides its paths: the objects it rests on, what does not apply, what was not read. */
import type { Job } from '../../client/schema.ts'
import { forbiddenLines, ignoredLines } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'
import { Copy } from '../parts/copy.tsx'
import { Facts } from '../parts/facts.tsx'
import { Lines } from '../parts/lines.tsx'
import { type Level, Section } from '../parts/section.tsx'
import { Time } from '../parts/time.tsx'

const SOURCES: Readonly<Record<string, string>> = {
  manifests: 'They came with the request.',
  cluster: 'They were read from the live cluster.',
  agent: 'An agent read them in its cluster.',
}

export function ObjectsUsed({ objects, level = 2 }: { objects: Job['objects']; level?: 2 | 3 }) {
  const { source, readAt, resourceVersions, stale, forbidden } = objects
  const versions = Object.entries(resourceVersions).map(([kind, version]) => `${kind} ${version}`)
  return (
    <Section title="Objects used" level={level}>
      <Facts
        of={[
          ['Source', SOURCES[source] ?? source],
          ['Read', readAt === null ? null : <Time at={readAt} />],
          ['Resource versions', versions.length === 0 ? null : versions.map(visible).join(', ')],
        ]}
      />
      {stale ? (
        <p class="note error">
          The API server was out of reach: these are the last objects that were known, and may be out of date.
        </p>
      ) : null}
      {forbidden.length === 0 ? null : <Forbidden objects={objects} level={level === 2 ? 3 : 4} />}
    </Section>
  )
}

function Forbidden({ objects, level }: { objects: Job['objects']; level: Level }) {
  const lines = forbiddenLines({ objects })
  return (
    <Section title="What the API server refused to show" level={level}>
      <ul>
        {objects.forbidden.map(({ rule }, at) => (
          <li>
            {lines[at]}
            <details>
              <summary>The rule to add</summary>
              <Copy text={rule} label="Copy the rule" />
            </details>
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** Kinds of path that do not apply, with the reason of each. */
export function NotApplicable({ of, level }: { of: Job['notApplicable']; level: Level }) {
  const byReason = Map.groupBy(of, ({ reason }) => reason)
  return of.length === 0 ? null : (
    <Section title="What does not apply" level={level}>
      <dl class="reasons">
        {[...byReason].map(([reason, kinds]) => (
          <div>
            <dt>{kinds.map(({ kind }) => kind).join(', ')}</dt>
            <dd>
              <Lines text={reason} />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}

/** Documents that were handed over and not read. */
export function IgnoredDocuments({ of, level }: { of: Job['ignored']; level: Level }) {
  const lines = ignoredLines({ ignored: of })
  return lines.length === 0 ? null : (
    <Section title="Documents that were not read" level={level}>
      <ul>
        {lines.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
    </Section>
  )
}
