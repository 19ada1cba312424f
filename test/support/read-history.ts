import type { Counts, Percentiles } from '../../src/history/types.ts'
import type {
  HistoryResultDocument,
  IncidentDocument,
  ListedServiceDocument,
  OverallReport,
  ServiceDocument,
  ServiceReport,
  TargetIncidentDocument,
} from '../../src/report/history-document.ts'
import type { TestPortolan } from './portolan.ts'

type SeriesDocument = { step: string; points: readonly ({ at: string } & Counts & Percentiles)[] }
type Page<T> = { items: T[]; nextCursor: string | null }
type ServicesPage = Page<ListedServiceDocument> & { totals?: { fail: number; unknown: number; pass: number } }

/** Answers as the contract says they are; that they are is what `call` checks. */
export const historyOf = (api: TestPortolan) => {
  const get =
    <T>(prefix: string) =>
    async (path = ''): Promise<T> =>
      (await (await api.call(prefix + path)).json()) as T
  return {
    services: get<ServicesPage>('/v1/services'),
    service: get<ServiceDocument>('/v1/services/'),
    results: get<Page<HistoryResultDocument>>('/v1/services/'),
    incidents: get<Page<IncidentDocument>>('/v1/services/'),
    allIncidents: get<Page<TargetIncidentDocument>>('/v1/incidents'),
    series: get<SeriesDocument>('/v1/services/'),
    report: get<ServiceReport>('/v1/services/'),
    overall: get<OverallReport>('/v1/report'),
  }
}

/** Every item of a list, page by page. */
export async function all<T>(page: (path: string) => Promise<Page<T>>, path: string): Promise<T[]> {
  const items: T[] = []
  for (let cursor = ''; ; ) {
    const found = await page(`${path}${cursor}`)
    items.push(...found.items)
    if (found.nextCursor === null) {
      return items
    }
    cursor = `&cursor=${found.nextCursor}`
  }
}
