/** `/audit`: who changed what. */
import type { Api } from '../../api/route.ts'
import type { AuditEntry } from '../../client/schema.ts'
import { AUDIT_ACTIONS } from '../../record/audit.ts'
import { ask } from '../ask.ts'
import { answerPage, page } from '../page.tsx'
import { Pager } from '../parts/pager.tsx'
import { QueryChoice, QueryField, QueryForm } from '../parts/query-form.tsx'
import { Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { answeredOr, askedOf, hrefWith } from '../query.ts'

const FIELDS = [
  { name: 'actor', label: 'Who', hint: 'The id of a token, or of a person.' },
  { name: 'resource', label: 'What was changed', hint: 'Its id.' },
  { name: 'from', label: 'From', hint: 'As in 2026-11-23T09:00:00Z.' },
  { name: 'to', label: 'Until', hint: 'As in 2026-11-24T09:00:00Z.' },
] as const
const NAMES = [...FIELDS.map(({ name }) => name), 'action']
const ACTIONS = { '': 'All', ...Object.fromEntries(AUDIT_ACTIONS.map((action) => [action, action])) }

export function mountAuditPages(app: Api): void {
  page(app, { path: '/audit', scope: 'audit:read', api: '/v1/audit' }, async (context) => {
    const asked = askedOf(context, NAMES)
    const found = await answeredOr(ask(context).listAudit(asked as { cursor?: string }))
    const refused = 'refused' in found ? found.refused : null
    const of = { asked, refused }
    return answerPage(
      context,
      { title: 'Audit log', nav: 'audit', styles: ['admin.css'], status: refused?.status ?? 200 },
      <>
        <h1>Audit log</h1>
        <p>Who changed what over the API, newest first. What schedules and discovery make is not logged.</p>
        <QueryForm of={of} action="/audit" names={NAMES}>
          {FIELDS.map((field) => (
            <QueryField of={of} {...field} />
          ))}
          <QueryChoice of={of} name="action" label="Action" options={ACTIONS} />
        </QueryForm>
        {'refused' in found ? null : (
          <>
            <Entries of={found.data.items} />
            <Pager
              first={asked.cursor === undefined ? null : hrefWith('/audit', asked, { cursor: null })}
              next={
                found.data.nextCursor === null ? null : hrefWith('/audit', { ...asked, cursor: found.data.nextCursor })
              }
            />
          </>
        )}
      </>,
    )
  })
}

function Entries({ of }: { of: readonly AuditEntry[] }) {
  if (of.length === 0) {
    return <p>No entry matches.</p>
  }
  return (
    <Table
      caption="Changes"
      isCaptionHidden
      columns={['When', 'Who', 'Action', 'Of what', 'What changed', 'From where'].map((head) => ({ head }))}
      rows={of.map(({ at, actor, action, resource, cluster, namespace, before, after, requestId, clientAddress }) => ({
        cells: [
          <Time at={at} />,
          <>
            <a href={hrefWith('/audit', { actor: actor.id })}>{actor.name}</a>{' '}
            <span class="quiet">{actor.name === actor.id ? actor.kind : `${actor.kind} ${actor.id}`}</span>
          </>,
          action,
          <>
            {resource.kind} <Resource {...resource} />
            {cluster === null ? null : (
              <span class="quiet"> in {namespace === null ? cluster : `${namespace} of ${cluster}`}</span>
            )}
          </>,
          <Changes before={before} after={after} />,
          <>
            {clientAddress ?? 'not known'}{' '}
            <span class="quiet id">{requestId === null ? '' : `request ${requestId}`}</span>
          </>,
        ],
      }))}
    />
  )
}

const PATHS: Readonly<Record<string, string>> = {
  job: 'jobs',
  batch: 'batches',
  compare: 'compares',
  schedule: 'schedules',
}

function Resource({ kind, id }: { kind: string; id: string }) {
  const path = PATHS[kind]
  return path === undefined ? (
    <span class="id">{id}</span>
  ) : (
    <a class="id" href={`/${path}/${encodeURIComponent(id)}`}>
      {id}
    </a>
  )
}

const WORDS_MAX = 200
const inWords = (value: unknown): string => {
  const text =
    value === undefined || value === null ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > WORDS_MAX ? `${text.slice(0, WORDS_MAX)} … (${text.length} characters)` : text
}

type Fields = Readonly<Record<string, unknown>> | null

/** The fields that changed, each in words. A whole that was made or deleted unfolds. */
function Changes({ before, after }: { before: Fields; after: Fields }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  const list = (
    <ul class="changes">
      {names.map((name) => (
        <li>
          <code>{name}</code>:{' '}
          {before === null
            ? inWords(after?.[name])
            : after === null
              ? `was ${inWords(before[name])}`
              : `${inWords(before[name])} → ${inWords(after[name])}`}
        </li>
      ))}
    </ul>
  )
  if (names.length === 0) {
    return <>nothing that is told</>
  }
  return names.length <= 3 ? (
    list
  ) : (
    <details>
      <summary>{names.length} fields</summary>
      {list}
    </details>
  )
}
