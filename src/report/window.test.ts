import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { anOverallReport, aPathReport, aServiceReport } from '../../test/fixtures/history-report.ts'
import { hostileString } from '../../test/fixtures/hostile.ts'
import { foreignTags } from '../../test/support/markdown.ts'
import { lengthOf } from './columns.ts'
import { visible } from './visible.ts'
import { renderWindowJunit } from './window-junit.ts'
import { renderWindowMarkdown } from './window-markdown.ts'
import { renderWindowText } from './window-text.ts'
import { viewOverall, viewService } from './window-view.ts'
import { percentOf, span } from './window-words.ts'

const golden = (name: string) => `../../test/fixtures/report/${name}`
const service = () => viewService(aServiceReport())
const overall = () => viewOverall(anOverallReport(), 'default')

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseAttributeValue: false,
  isArray: (name) => name === 'testcase',
})
const casesOf = (xml: string): Record<string, unknown>[] => parser.parse(xml).testsuites.testsuite.testcase
const kinds = (xml: string) =>
  casesOf(xml).map((one) => ['failure', 'error', 'skipped'].find((kind) => kind in one) ?? 'pass')

/** One Service, one hostile everything. */
const hostileReport = (text: string) =>
  aServiceReport({
    target: { cluster: text, namespace: text, service: text },
    paths: [
      aPathReport({
        kind: 'Ingress',
        host: text,
        url: `http://${text}`,
        node: text,
        counts: { pass: 0, fail: 1, error: 0, skipped: 0 },
      }),
    ],
  })

describe('a report over a window', () => {
  it.each([
    ['window.txt', () => renderWindowText(service())],
    ['window.md', () => renderWindowMarkdown(service())],
    ['window.xml', () => renderWindowJunit(service())],
    ['overall.txt', () => renderWindowText(overall())],
    ['overall.md', () => renderWindowMarkdown(overall())],
    ['overall.xml', () => renderWindowJunit(overall())],
  ])('reads as in %s', async (name, render) => {
    await expect(render()).toMatchFileSnapshot(golden(name))
  })

  it('begins with the verdict', () => {
    for (const verdict of ['pass', 'fail', 'error', 'inconclusive'] as const) {
      const text = renderWindowText(viewService(aServiceReport({ verdict })))
      expect(text.split(' ')[0]).toBe(verdict.toUpperCase())
    }
  })

  it('lets nothing of a target reach a terminal or a page as it came', () => {
    fc.assert(
      fc.property(hostileString, (text) => {
        const view = viewService(hostileReport(text))
        const markdown = renderWindowMarkdown(view)
        const lines = [renderWindowText(view), markdown].join('').split('\n')
        expect(lines.filter((line) => visible(line) !== line)).toEqual([])
        expect(foreignTags(markdown)).toEqual([])
      }),
    )
  })

  it('stays within 100 columns of a terminal where names are as long as Kubernetes lets them be', () => {
    const name = 'x'.repeat(63)
    const node = 'ip-10-0-101-123.eu-central-1.compute.internal'
    const port = { name: 'metrics-grpcweb', number: 8080, protocol: 'TCP' } as const
    const target = { cluster: name, namespace: name, service: name }
    const paths = [
      aPathReport({ id: 'pth_1', kind: 'NodePort', port, address: '10.0.101.123', addressPort: 30123, node }),
      aPathReport({ id: 'pth_2', kind: 'LoadBalancer', port, address: '203.0.113.7' }),
      aPathReport({ id: 'pth_3', kind: 'Ingress', port, host: 'a', url: `https://${name}.example/${name}` }),
    ]
    const [head] = anOverallReport().services
    if (head === undefined) {
      throw new Error('there is one')
    }
    const wide = [
      renderWindowText(viewService(aServiceReport({ target, paths }))),
      renderWindowText(viewOverall(anOverallReport({ services: [{ ...head, target }] }), name)),
    ].map((text) => text.split('\n').filter((line) => lengthOf(line) > 100 && !/^ +curl /.test(line)))
    const longName = `    ${name}/${name}`
    expect(wide).toEqual([[longName, `     https://${name}.example/${name}`], [` ${longName}`]])
  })

  it('fits a comment with 500 Services, whatever their names cost to write', () => {
    const [head] = anOverallReport().services
    if (head === undefined) {
      throw new Error('there is one')
    }
    const services = Array.from({ length: 500 }, (_, i) => ({
      ...head,
      verdict: i % 2 ? ('fail' as const) : ('pass' as const),
      target: { cluster: '`|'.repeat(120), namespace: 'n', service: `s${i}` },
    }))
    expect(renderWindowMarkdown(viewOverall(anOverallReport({ services }), null)).length).toBeLessThan(65_536)
  })

  it('fits a comment with 500 paths', () => {
    const paths = Array.from({ length: 500 }, (_, i) =>
      aPathReport({ id: `pth_${i}`, address: `10.0.${i >> 8}.${i % 256}` }),
    )
    expect(renderWindowMarkdown(viewService(aServiceReport({ paths }))).length).toBeLessThan(65_536)
  })
})

describe('JUnit over a window', () => {
  it('is red for what fails, and for nothing else', () => {
    expect(kinds(renderWindowJunit(service()))).toEqual(['pass', 'failure', 'pass', 'skipped', 'pass'])
    expect(kinds(renderWindowJunit(overall()))).toEqual(['pass', 'failure', 'error'])
  })

  it('calls a case the same however many Services there are, for a CI to follow it', () => {
    const { services } = anOverallReport()
    const named = [services, services.slice(0, 1)].map((some) => {
      const xml = renderWindowJunit(viewOverall(anOverallReport({ services: some, verdict: 'pass' }), null))
      const [first] = casesOf(xml)
      return [parser.parse(xml).testsuites.testsuite['@name'], first?.['@classname'], first?.['@name']]
    })
    expect(named[0]).toEqual(['services', 'portolan.services', 'default/frog-svc in default'])
    expect(named[1]).toEqual(named[0])
  })

  it('is green where the verdict is a pass, though a path alone is below the objective', () => {
    const view = viewService(aServiceReport({ verdict: 'pass', objective: 0.995 }))
    expect(kinds(renderWindowJunit(view))).toEqual(['pass', 'skipped', 'pass', 'skipped', 'pass'])
  })

  it('is red where nothing was tested, or our own side failed', () => {
    for (const verdict of ['inconclusive', 'error'] as const) {
      expect(kinds(renderWindowJunit(viewService(aServiceReport({ verdict, paths: [] }))))).toEqual(['error'])
    }
  })

  it('stays well-formed whatever a manifest is called', () => {
    fc.assert(
      fc.property(hostileString, (text) => {
        expect(XMLValidator.validate(renderWindowJunit(viewService(hostileReport(text))))).toBe(true)
      }),
    )
  })
})

describe('percentOf', () => {
  it('shows 100 % only where nothing failed, and 0 % only where nothing passed', () => {
    const counts = fc.record({ pass: fc.nat(), fail: fc.nat(), error: fc.nat(), skipped: fc.nat() })
    fc.assert(
      fc.property(counts, (given) => {
        const shown = percentOf(given)
        expect(shown === '–').toBe(given.pass + given.fail === 0)
        expect(shown === '100 %').toBe(given.pass > 0 && given.fail === 0)
        expect(shown === '0 %').toBe(given.pass === 0 && given.fail > 0)
      }),
    )
  })

  it('rounds down, exactly', () => {
    expect(percentOf({ pass: 29, fail: 71, error: 5, skipped: 9 })).toBe('29 %')
    expect(percentOf({ pass: 2, fail: 1, error: 0, skipped: 0 })).toBe('66.666 %')
    expect(percentOf({ pass: 1, fail: 999_999, error: 0, skipped: 0 })).toBe('<0.001 %')
  })
})

describe('span', () => {
  it.each([
    [0, '0 s'],
    [59_000, '59 s'],
    [780_000, '13 min'],
    [7_500_000, '2 h 5 min'],
    [86_400_000, '1 d'],
    [90_061_000, '1 d 1 h'],
  ])('%i ms is %s', (ms, text) => {
    expect(span(ms)).toBe(text)
  })
})
