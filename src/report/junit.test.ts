import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { hostileString } from '../../test/fixtures/hostile.ts'
import { aFailure, aJob, anAnswer, aPath, aResult } from '../../test/fixtures/job-document.ts'
import { renderJunit } from './junit.ts'
import { visible } from './visible.ts'

/** XML 1.0, section 2.2: what may occur at all. */
const XML_CHARS = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  trimValues: false,
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true,
  isArray: (name) => name === 'testcase',
})
const suiteOf = (xml: string) => parser.parse(xml).testsuites.testsuite

describe('renderJunit', () => {
  it('shows every kind of outcome as in the golden file', async () => {
    await expect(renderJunit(aJob())).toMatchFileSnapshot('../../test/fixtures/report/job.xml')
  })

  it('counts what it lists', () => {
    const suite = suiteOf(renderJunit(aJob()))
    const having = (name: string) => suite.testcase.filter((one: object) => name in one).length
    expect({
      tests: Number(suite['@tests']),
      failures: Number(suite['@failures']),
      errors: Number(suite['@errors']),
      skipped: Number(suite['@skipped']),
    }).toEqual({
      tests: suite.testcase.length,
      failures: having('failure'),
      errors: having('error'),
      skipped: having('skipped'),
    })
  })

  it.each([
    ['a job that is not finished', { status: 'running', verdict: null } as const, 'error', 'unfinished'],
    ['a job in which nothing was tested', { verdict: 'inconclusive', paths: [] } as const, 'error', 'inconclusive'],
    [
      'an expectation that was not met',
      { verdict: 'fail', paths: [aPath()], unmet: ['expect.reachable'] } as const,
      'failure',
      'expectation_not_met',
    ],
  ])('is not green for %s', (_what, over, element, type) => {
    const [first] = suiteOf(renderJunit(aJob(over))).testcase
    expect(first['@name']).toBe('verdict')
    expect(first[element]['@type']).toBe(type)
  })

  it('is well-formed and keeps every word, whatever a target or a manifest says', () => {
    fc.assert(
      fc.property(hostileString, (hostile) => {
        const failing = aResult({
          check: hostile,
          ...aFailure('unexpected_status', 'expectation', hostile),
          http: anAnswer({ headers: { server: hostile }, bodySnippet: hostile }),
        })
        const xml = renderJunit(
          aJob({
            target: { cluster: hostile, namespace: hostile, service: hostile },
            labels: { [hostile]: hostile },
            paths: [aPath({ outcome: 'fail', node: hostile, because: [hostile], results: [failing] })],
          }),
        )
        expect(XMLValidator.validate(xml)).toBe(true)
        expect(xml).toMatch(XML_CHARS)
        const [only] = suiteOf(xml).testcase
        expect(only['@classname']).toBe(visible(`portolan.${hostile}.${hostile}`))
        expect(only.failure['@message']).toBe(`unexpected_status: ${visible(hostile)}`)
        expect(only.failure['#']).toContain(`because: ${visible(hostile)}\n`)
      }),
    )
  })
})
