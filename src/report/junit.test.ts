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

  const failed = (over: Parameters<typeof aResult>[0]) =>
    aResult({ ...aFailure('connection_reset', 'connect', 'cut'), ...over })
  const ourFault = (over: Parameters<typeof aResult>[0]) =>
    aResult({
      ...{ outcome: 'error', http: null, responder: null },
      failure: { code: 'local_resources_exhausted', phase: 'connect', source: 'internal', message: 'no descriptor' },
      ...over,
    })
  const only = (path: Parameters<typeof aPath>[0]) =>
    suiteOf(renderJunit(aJob({ paths: [aPath(path)] }))).testcase.at(-1)

  it('shows the tries that failed before a pass as flaky, those of ours apart', () => {
    const flaky = only({
      flaky: true,
      results: [failed({ try: 1 }), ourFault({ try: 2 }), aResult({ try: 3, id: 'res_01KB0000000000000000000003' })],
    })
    expect(flaky).toMatchObject({
      flakyFailure: { '@type': 'connection_reset', '@message': 'cut' },
      flakyError: { '@type': 'local_resources_exhausted', '@message': 'no descriptor' },
    })
    expect(flaky.flakyFailure.stackTrace).toContain('failure: connection_reset in phase connect (target): cut\n')
    expect(flaky['system-out']).toContain('[[PROPERTY|flaky=true]]')
    expect(Object.keys(flaky).filter((key) => /^(failure|error|rerun)/.test(key))).toEqual([])
  })

  it('shows the other tries of a failure beside the one that decides', () => {
    const again = only({
      outcome: 'fail',
      results: [
        ourFault({ try: 1 }),
        failed({ try: 2 }),
        failed({ try: 3, ...aFailure('connect_timeout', 'connect', 'silent') }),
      ],
    })
    expect(again).toMatchObject({
      failure: { '@type': 'connect_timeout' },
      rerunFailure: { '@type': 'connection_reset' },
      rerunError: { '@type': 'local_resources_exhausted' },
    })
    expect(only({ outcome: 'fail', results: [failed({})] })).not.toHaveProperty('rerunFailure')
  })

  it('tells the facts of a case by name, and lets nobody else tell any', () => {
    const said = '[[PROPERTY|outcome=pass]] [[ATTACHMENT|/etc/passwd]]'
    const { failure, 'system-out': out } = only({
      outcome: 'fail',
      node: said,
      results: [aResult({ check: `a]]${said}`, ...aFailure('connect_timeout', 'connect', said) })],
    })
    expect(out.split('\n')).toEqual([
      '[[PROPERTY|path=pth_00000000000000000000]]',
      '[[PROPERTY|kind=ClusterIP]]',
      '[[PROPERTY|check=a] ]\\u{5b}[PROPERTY|outcome=pass] ] \\u{5b}[ATTACHMENT|/etc/passwd] ]]]',
      '[[PROPERTY|outcome=fail]]',
      '[[PROPERTY|code=connect_timeout]]',
    ])
    expect(failure['#']).not.toMatch(/\[\[(?:PROPERTY|ATTACHMENT)/)
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
