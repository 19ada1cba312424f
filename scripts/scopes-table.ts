/** Which operation needs which scope, as docs/guides/access.md shows it: from the routes, like `openapi.yaml`. */
import { SCOPES, type Scope } from '../src/record/principal.ts'

type Document = { paths?: Record<string, object> }
type Operation = { summary?: string; security?: Record<string, string[]>[] }

const MEANINGS: Readonly<Record<Scope, string>> = {
  plan: 'see live clusters with their Services, what would be probed and what may be dialled; nothing is sent',
  'jobs:read': 'read jobs, batches and comparisons with all that they found',
  'jobs:write': 'have something probed, and end it',
  'schedules:read': 'read schedules with what they ask for',
  'schedules:write': 'make, change and delete schedules, which probe for as long as they are there',
  'reports:read': 'read what was found over time: Services, incidents, reports',
  'metrics:read': 'scrape',
  'tokens:write': 'make tokens that may do no more than their maker, list and revoke them',
  'audit:read': 'read who changed what',
  admin: 'everything, within what else narrows the token',
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

/** The table, without what stands around it. */
export function scopesTable({ paths = {} }: Document): string {
  const operations = new Map<string, string[]>()
  for (const [path, item] of Object.entries(paths)) {
    for (const method of METHODS) {
      const operation = (item as Record<string, Operation | undefined>)[method]
      if (operation !== undefined) {
        const needs = needsOf(operation)
        operations.set(needs, [...(operations.get(needs) ?? []), `\`${method.toUpperCase()} ${path}\``])
      }
    }
  }
  const row = (needs: string, meaning: string) =>
    `| ${needs} | ${meaning} | ${operations.get(needs)?.join(' · ') ?? ''} |`
  return [
    '| scope | may | operations |',
    '|---|---|---|',
    ...SCOPES.map((scope) => row(`\`${scope}\``, MEANINGS[scope])),
    row(ANY, 'read who asks, and the documentation where `PORTOLAN_DOCS=private`; else that needs no token'),
    row(NONE, 'be asked by anybody'),
  ].join('\n')
}

const ANY = 'any'
const NONE = 'none'

function needsOf({ security = [] }: Operation): string {
  if (security.length === 0) {
    return NONE
  }
  const [scope] = security.flatMap(({ bearer = [] }) => bearer)
  return scope === undefined ? ANY : `\`${scope}\``
}

const BEGIN = '<!-- Written by `npm run openapi` from the routes; do not edit. -->'
const END = '<!-- end -->'

/** The page with its table as the routes have it. */
export function withScopesTable(page: string, document: Document): string {
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (before === -1 || after < before) {
    throw new Error(`the page has no place for the table: "${BEGIN}" and "${END}"`)
  }
  return `${page.slice(0, before)}${BEGIN}\n\n${scopesTable(document)}\n\n${page.slice(after)}`
}
