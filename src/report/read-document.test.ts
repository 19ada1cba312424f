import { expect, it } from 'vitest'
import { aJob } from '../../test/fixtures/job-document.ts'
import { describeJob } from './describe-job.ts'
import { renderJobsCsv } from './job-csv.ts'
import { reportOfDocument } from './read-document.ts'
import { reportRows } from './rows.ts'
import { renderText } from './text.ts'

it('a report of the document alone says what the report of the job says', () => {
  const job = aJob()
  const read = reportOfDocument(describeJob(job))
  expect(reportRows(read).map(({ path: _path, ...row }) => row)).toEqual(
    reportRows(job).map(({ path: _path, ...row }) => row),
  )
  expect(renderText(read)).toBe(renderText(job))
  expect(renderJobsCsv([read])).toBe(renderJobsCsv([job]))
})
