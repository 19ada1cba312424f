import type { Tool } from '../tool.ts'
import { readDocTool, searchDocsTool } from './docs.ts'
import { getDiagnosis, getJob } from './jobs.ts'
import { planManifests } from './plan.ts'
import { listSchedules, runSchedule } from './schedules.ts'
import { getService, listIncidents, listServices } from './services.ts'

/** Every tool, always in this order, so that clients and models may keep the list. */
export const TOOLS: readonly Tool[] = [
  listServices,
  getService,
  listIncidents,
  getJob,
  getDiagnosis,
  planManifests,
  listSchedules,
  runSchedule,
  searchDocsTool,
  readDocTool,
]
