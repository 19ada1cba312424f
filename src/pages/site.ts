/** The pages of a server: what people look at. */
import type { Site } from '../api/app.ts'
import type { Api } from '../api/route.ts'
import { mountAssets } from './assets.ts'
import { showProblem } from './problem-page.tsx'
import { mountAuditPages } from './routes/audit.tsx'
import { mountBatchesPages } from './routes/batches.tsx'
import { mountClustersPages } from './routes/clusters.tsx'
import { mountComparesPages } from './routes/compares.tsx'
import { mountDocsPages } from './routes/docs.tsx'
import { mountIncidentsPage } from './routes/incidents.tsx'
import { mountJobsPages } from './routes/jobs.tsx'
import { mountReportPages } from './routes/report.tsx'
import { mountSchedulesPages } from './routes/schedules.tsx'
import { mountServicePage } from './routes/service.tsx'
import { mountServicesPage } from './routes/services.tsx'
import { mountStatusPage } from './routes/status.tsx'
import { mountStatusPagesPages } from './routes/status-pages.tsx'
import { mountTokensPages } from './routes/tokens.tsx'
import { mountTryPage } from './routes/try.tsx'

/** Each family of pages mounts its own. */
const ROUTES: readonly ((app: Api) => void)[] = [
  mountAssets,
  // By name, each on a line of its own.
  mountBatchesPages,
  mountComparesPages,
  mountAuditPages,
  mountClustersPages,
  mountTokensPages,
  mountDocsPages,
  mountIncidentsPage,
  mountServicesPage,
  mountJobsPages,
  mountReportPages,
  mountServicePage,
  mountStatusPage,
  mountStatusPagesPages,
  mountSchedulesPages,
  mountTryPage,
]

export const site: Site = {
  mount(app) {
    for (const mountRoutes of ROUTES) {
      mountRoutes(app)
    }
  },
  showProblem,
}
