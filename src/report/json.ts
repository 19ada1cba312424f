import type { JobDocument } from './job-document.ts'

/** The job itself, indented for people; the same data as `GET /v1/jobs/{id}`. */
export const renderJson = (job: JobDocument): string => `${JSON.stringify(job, null, 2)}\n`
