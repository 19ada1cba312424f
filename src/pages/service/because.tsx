/**
 * Shows which fields of objects each part of a path came from, how old the objects are, and what discovery made of
 * their annotations.
 *
 * @module
 */
import { visible } from '../../report/visible.ts'
import { Copy } from '../parts/copy.tsx'
import { Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { livePaths, type ServiceHistory } from './documents.ts'
import { pathName } from './words.ts'

export function Because({ service }: { service: ServiceHistory }) {
  const live = livePaths(service)
  return (
    <section id="objects" aria-labelledby="objects-title">
      <h2 id="objects-title">Where each part came from</h2>
      <Objects service={service} />
      <details>
        <summary>The fields behind {live.length === 1 ? 'its path' : `each of ${live.length} paths`}</summary>
        <Table
          caption="Paths, with the object fields that each part came from"
          columns={[{ head: 'Path' }, { head: 'Because' }]}
          rows={live.map((path) => ({
            cells: [
              <a href={`#path-${path.id}`}>{pathName(path)}</a>,
              <ul class="plain">
                {path.because.map((reason) => (
                  <li class="reason">{visible(reason)}</li>
                ))}
                {path.skipped === null ? null : <li>{visible(`${path.skipped.reason}: ${path.skipped.detail}`)}</li>}
              </ul>,
            ],
          }))}
        />
      </details>
      <Discovery service={service} />
    </section>
  )
}

function Objects({ service: { objects } }: { service: ServiceHistory }) {
  if (objects === null) {
    return <p>The last job is no longer kept, so its objects are not known.</p>
  }
  const { source, readAt, resourceVersions, stale, forbidden } = objects
  const versions = Object.entries(resourceVersions)
  return (
    <>
      <p>
        {source === 'manifests' ? (
          'The objects came with the request that made the last job; their versions are not known.'
        ) : readAt === null ? (
          'The objects of the last job were not read.'
        ) : (
          <>
            The objects of the last job were read from the cluster at <Time at={readAt} />
            {stale ? ', the last that were known: its API server was out of reach' : ''}.
          </>
        )}
      </p>
      {versions.length === 0 ? null : (
        <details>
          <summary>Versions of the {versions.length} lists that were read</summary>
          <Table
            caption="resourceVersion of each list"
            columns={[{ head: 'Kind' }, { head: 'Version' }]}
            rows={versions.map(([kind, version]) => ({ cells: [kind, <code>{visible(version ?? '')}</code>] }))}
          />
        </details>
      )}
      {forbidden.map(({ resource, verb, namespace, effect, rule }) => (
        <details>
          <summary>
            May not {verb} {visible(resource)} {namespace === null ? 'anywhere' : `in ${visible(namespace)}`}:{' '}
            {visible(effect)}
          </summary>
          <p>The rule to add, for kubectl apply -f -:</p>
          <Copy text={rule} label="Copy the rule" />
        </details>
      ))}
    </>
  )
}

function Discovery({ service: { discovery } }: { service: ServiceHistory }) {
  if (discovery === null) {
    return null
  }
  const { schedule, rejected } = discovery
  return (
    <>
      <h3>Discovery</h3>
      <p>
        {schedule === null ? (
          'Discovery keeps no schedule for it.'
        ) : (
          <>
            Discovery keeps <a href={`/schedules/${schedule}`}>its schedule</a>.
          </>
        )}
      </p>
      {rejected.length === 0 ? null : (
        <Table
          caption="Annotations that were refused"
          columns={[{ head: 'Object' }, { head: 'Annotation' }, { head: 'Field' }, { head: 'Why' }]}
          rows={rejected.map(({ object, annotation, field, detail }) => ({
            cells: [
              <code>{visible(object)}</code>,
              <code>{visible(annotation)}</code>,
              field === null ? '–' : <code>{visible(field)}</code>,
              visible(detail),
            ],
          }))}
        />
      )}
    </>
  )
}
