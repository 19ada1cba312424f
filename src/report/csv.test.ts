import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anOverallReport, aServiceReport } from '../../test/fixtures/history-report.ts'
import { hostileString } from '../../test/fixtures/hostile.ts'
import { aFailure, aJob, aPath, aResult } from '../../test/fixtures/job-document.ts'
import { renderOverallCsv, renderServiceCsv, toCsv } from './csv.ts'
import { renderJobsCsv } from './job-csv.ts'
import { reportRows } from './rows.ts'
import { visible } from './visible.ts'

/** RFC 4180, read back. */
function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let rest = text
  while (rest !== '') {
    const row: string[] = []
    for (let end = ','; end === ','; ) {
      const [whole = '', quoted, plain, found = ''] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest) ?? []
      if (whole === '') {
        throw new Error(`not CSV: ${rest}`)
      }
      row.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
      rest = rest.slice(whole.length)
      end = found
    }
    rows.push(row)
  }
  return rows
}

describe('CSV', () => {
  it('has a line for each path, and for each Service', async () => {
    await expect(renderServiceCsv(aServiceReport())).toMatchFileSnapshot('../../test/fixtures/report/window.csv')
    await expect(renderOverallCsv(anOverallReport())).toMatchFileSnapshot('../../test/fixtures/report/overall.csv')
  })

  it('has a line for each path and check of a job, or of all jobs of a batch', async () => {
    await expect(renderJobsCsv([aJob()])).toMatchFileSnapshot('../../test/fixtures/report/job.csv')
    const [head, ...lines] = readCsv(renderJobsCsv([aJob(), aJob({ id: 'job_2' })]))
    const jobs = lines.map((cells) => cells[head?.indexOf('job') ?? -1])
    expect(jobs).toEqual([aJob().id, 'job_2'].flatMap((id) => reportRows(aJob()).map(() => id)))
    expect(lines.map((cells) => cells.length)).toEqual(lines.map(() => head?.length))
  })

  it('carries out nothing that a target or a manifest says', () => {
    fc.assert(
      fc.property(hostileString, (text) => {
        const failing = aResult({ check: text, responder: text, ...aFailure('unexpected_body', 'expectation', text) })
        const paths = [aPath({ outcome: 'fail', host: text, url: text, node: text, results: [failing] })]
        const cells = readCsv(renderJobsCsv([aJob({ paths })])).flat()
        expect(cells.filter((cell) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell))).toEqual([])
      }),
    )
  })

  const shownCell = (text: string) => (/^[\t\r\n]/.test(text) ? `'${visible(text)}` : visible(text))

  it('gives every cell back as far as it can be seen, and none that a spreadsheet would carry out', () => {
    const rows = fc.array(fc.record({ a: hostileString, b: hostileString }), { minLength: 1 })
    fc.assert(
      fc.property(rows, (given) => {
        const read = readCsv(
          toCsv<{ a: string; b: string }>(
            [
              ['a', ({ a }) => a],
              ['b', ({ b }) => b],
            ],
            given,
          ),
        )
        expect(read.slice(1).map((row) => row.map((cell) => cell.replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/, '')))).toEqual(
          given.map(({ a, b }) => [a, b].map((text) => shownCell(text).replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/, ''))),
        )
        expect(read.flat().filter((cell) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell))).toEqual([])
      }),
    )
  })

  it.each(['=HYPERLINK("http://a")', '+1', '-1+1', '@SUM(A1)', '\t=1', '＝1'])('makes text of %j', (formula) => {
    expect(readCsv(toCsv([['a', (cell: string) => cell]], [formula]))).toEqual([['a'], [`'${visible(formula)}`]])
  })
})
