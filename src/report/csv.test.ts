import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anOverallReport, aServiceReport } from '../../test/fixtures/history-report.ts'
import { hostileString } from '../../test/fixtures/hostile.ts'
import { renderOverallCsv, renderServiceCsv, toCsv } from './csv.ts'

/** RFC 4180, read back. */
function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let rest = text
  while (rest !== '') {
    const row: string[] = []
    for (let end = ','; end === ','; ) {
      const [whole = '', quoted, plain, found = ''] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest) ?? []
      if (whole === '') throw new Error(`not CSV: ${rest}`)
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

  it('gives every cell back, and none that a spreadsheet would carry out', () => {
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
          given.map(({ a, b }) => [a, b].map((text) => text.replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/, ''))),
        )
        expect(read.flat().filter((cell) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell))).toEqual([])
      }),
    )
  })

  it.each(['=HYPERLINK("http://a")', '+1', '-1+1', '@SUM(A1)', '\t=1', '＝1'])('makes text of %j', (formula) => {
    expect(readCsv(toCsv([['a', (cell: string) => cell]], [formula]))).toEqual([['a'], [`'${formula}`]])
  })
})
