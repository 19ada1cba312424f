/** The query of a Service's page: the window of its figures, and which results are shown. */
import type { ApiContext } from '../../api/route.ts'

/** The windows that links offer, each with the step of its plots. */
export const WINDOWS = {
  '24h': { text: '24 hours', step: '1h' },
  '7d': { text: '7 days', step: '3h' },
  '30d': { text: '30 days', step: '12h' },
  '90d': { text: '90 days', step: '1d' },
} as const
export type WindowName = keyof typeof WINDOWS

export const FILTERS = ['path', 'kind', 'outcome', 'check', 'vantage'] as const
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>

export type PageQuery = {
  window: WindowName
  filters: Filters
  cursor: string | undefined
  /** The map draws every hop by itself. */
  isUnfolded: boolean
}

export function readQuery(context: ApiContext): PageQuery {
  const asked = context.req.query()
  const window = asked.window ?? ''
  return {
    window: isWindow(window) ? window : '24h',
    // A field of a form that is left empty filters nothing
    filters: Object.fromEntries(FILTERS.flatMap((name) => (asked[name] ? [[name, asked[name]]] : []))),
    cursor: asked.cursor || undefined,
    isUnfolded: asked.map === 'unfolded',
  }
}

const isWindow = (text: string): text is WindowName => Object.hasOwn(WINDOWS, text)

/** The same page with another window, other results, or the next of them. */
export function queryText({ window, filters, cursor, isUnfolded }: PageQuery): string {
  const given = {
    ...(window !== '24h' && { window }),
    ...(isUnfolded && { map: 'unfolded' }),
    ...filters,
    ...(cursor !== undefined && { cursor }),
  }
  const text = new URLSearchParams(given).toString()
  return text === '' ? '' : `?${text}`
}
