import * as fc from 'fast-check'
import { jsx } from 'hono/jsx'
import { describe, expect, it } from 'vitest'
import { type MapSource, PathMap, PathTable } from '../../src/pages/map/map.tsx'
import { columnsOf, fitted } from '../../src/pages/map/text.ts'
import { visible } from '../../src/report/visible.ts'
import { hostileString } from '../fixtures/hostile.ts'
import { textOf } from '../support/html.ts'
import { aFinding, jobDocument, manifestsOf, planDocument, serviceDocument } from '../support/map-documents.ts'
import { manySource } from '../support/map-many.ts'

const drawn = (source: MapSource, props: Record<string, unknown> = {}): string =>
  String(jsx(PathMap as never, { source, ...props }))
const listed = (source: MapSource): string => String(jsx(PathTable as never, { source }))
const idsIn = (html: string): string[] => [...html.matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => id)
const hrefsIn = (html: string): string[] => [...html.matchAll(/ href="([^"]*)"/g)].map(([, href = '']) => href)

const EXAMPLES = [
  ...['clusterip', 'dual-stack', 'environment', 'external-name', 'gateway', 'grpc', 'headless', 'ingress-one-host'],
  ...['ingress-several-hosts', 'ingress-several-paths', 'load-balancer', 'load-balancer-pending', 'multi-port'],
  ...['named-ports', 'nodeport', 'selectorless', 'session-affinity'],
]

describe.each(EXAMPLES)('the map of %s', (name) => {
  const plan = planDocument(manifestsOf(name))
  const sources: [string, MapSource][] = [
    ['plan', { plan }],
    ['job', { job: jobDocument(plan, (_, at) => (['pass', 'fail', 'error', null] as const)[at % 4] ?? null) }],
    ['service', { service: serviceDocument(plan, (_, at) => ({ inside: 'pass', outside: at % 2 ? 'fail' : null })) }],
  ]

  it.each(sources)('has each path of the %s in one row, to which its links lead', (_, source) => {
    const map = drawn(source)
    const table = listed(source)
    const ids = plan.paths.map(({ id }) => `path-${id}`)
    expect(idsIn(table).toSorted()).toEqual(ids.toSorted())
    const own = new Set([...idsIn(map), ...ids, ...plan.diagnosis.findings.map((_finding, at) => `finding-${at + 1}`)])
    expect(hrefsIn(map).filter((href) => !own.has(href.slice(1)))).toEqual([])
    expect(new Set(idsIn(map)).size).toBe(idsIn(map).length)
    // Neither lets anything run, nor does it need anything that the policy forbids.
    expect(map + table).not.toMatch(/<script|\son\w+=|\sstyle=|javascript:/i)
  })
})

describe('a map in words', () => {
  const plan = planDocument(manifestsOf('nodeport'))
  const failing = plan.paths.filter(({ kind, node }) => kind === 'NodePort' && node === 'node-2')
  const findings = [
    aFinding({ confidence: 'certain', title: 'node-2 <drops> it', explains: failing.map(({ id }) => id) }),
  ]
  const isFailing = ({ id }: { id: string }): boolean => failing.some((path) => path.id === id)
  const job = jobDocument(plan, (path) => (isFailing(path) ? 'fail' : 'pass'), findings)

  it('says how many ways work, what fails, and which finding blames it, how surely', () => {
    const text = textOf(drawn({ job }))
    expect(text).toMatch(/^7 of 9 ways work; both node ports of node-2 fail; /)
    expect(text).toContain('Finding 1 certain')
    expect(text).toContain('node-2 <drops> it (certain)')
  })

  it('names each link: what it is, and how it is', () => {
    const labels = [...drawn({ job }).matchAll(/ aria-label="([^"]*)"/g)].map(([, label]) => label)
    expect(drawn({ job })).toContain('<title>DNS A lighthouse.harbour.svc.cluster.local: works</title>')
    expect(labels).toEqual(
      expect.arrayContaining([
        'DNS name lighthouse.harb…c.cluster.local all 4 work, DNS name lighthouse.harbour.svc.cluster.local all 4 work',
        'Node node-1 works',
        'Node node-2 all 2 fail',
        'NodePort 80 10.0.0.12:30123 (node-2): fails',
        'Finding 1 certain',
      ]),
    )
  })

  it('says of a Service that is seen from two places how it is from each', () => {
    const service = serviceDocument(plan, (path) => ({ inside: 'pass', outside: isFailing(path) ? 'fail' : 'pass' }))
    expect(textOf(listed({ service }))).toContain('inside: ✓ Pass outside: ✕ Fail connection_refused')
  })

  it('says why a job failed a path, and which pods lie behind', () => {
    const [path] = failing
    const paths = job.paths.map((each) =>
      each.id === path?.id
        ? {
            ...each,
            results: [
              { outcome: 'fail', purpose: 'check', failure: { code: 'connect_timeout', message: 'no answer' } },
            ],
          }
        : each,
    ) as typeof job.paths
    expect(textOf(listed({ job: { ...job, paths } }))).toContain('connect_timeout: no answer any endpoint node-2')
  })

  it('counts what history keeps of paths that are gone, and keeps them off the drawing', () => {
    const service = serviceDocument(plan)
    const [first, ...rest] = service.paths
    const gone = {
      ...service,
      paths: [{ ...(first as NonNullable<typeof first>), retiredAt: '2026-11-22T10:00:00.000Z' }, ...rest],
    }
    expect(textOf(drawn({ service: gone }))).toContain('; 1 planned no more.')
    const sum = { ...(first as NonNullable<typeof first>), id: 'pth_SUM', kind: 'Endpoint', address: null } as const
    expect(listed({ service: { ...service, paths: [...service.paths, sum] } })).toContain('id="path-pth_SUM"')
    expect(drawn({ service: { ...service, paths: [...service.paths, sum] } })).toBe(drawn({ service }))
    expect(drawn({ service: gone })).not.toContain(`path-${first?.id}`)
    expect(listed({ service: gone })).toContain(`id="path-${first?.id}"`)
  })
})

describe('a map of 50 nodes and 200 endpoints', () => {
  it('folds what is alike, and a link to it unfolds the list', () => {
    const map = drawn(manySource())
    expect(map.match(/class="map-hop /g)?.length).toBe(9)
    expect(hrefsIn(map)).toContain('#map-group-1')
    expect(map).toMatch(/<details><summary>48 × Node: all 96 work<\/summary><ul class="map-members" id="map-group-1">/)
    expect(map.match(/<li><a href="#path-/g)?.length).toBe(48 + 3 + 197)
  })

  it('draws each by itself where it is asked to', () => {
    const map = drawn(manySource(), { isUnfolded: true, otherHref: '?' })
    expect(map.match(/class="map-hop /g)?.length).toBe(4 + 50 + 200)
    expect(textOf(map)).toContain('Draw what is alike as one')
  })
})

describe('what objects and targets say', () => {
  it('runs nothing, hides nothing and is as long as there is room for, whatever it is', () => {
    const [plan, ...others] = [planDocument(manifestsOf('gateway')), planDocument(manifestsOf('nodeport'))]
    const long = `${'<b>"&'.repeat(50)}.example`
    void fc.assert(
      fc.property(hostileString, fc.constantFrom(plan, ...others), (text, of) => {
        const evil = (old: string | null): string | null => (old === null ? null : text.length % 2 ? text : long + text)
        const paths = of.paths.map((path) => ({
          ...path,
          ...{
            host: evil(path.host),
            node: evil(path.node),
            pod: evil('pod'),
            because: [text, `Node/${text} ${text}`],
          },
          address: evil(path.address),
          port: path.port === null ? null : { ...path.port, name: evil(path.port.name) },
          parent: path.parent === null ? null : { ...path.parent, name: text, section: text },
          skipped: path.skipped === null ? null : { ...path.skipped, detail: text },
        }))
        const findings = [aFinding({ title: text, explains: paths.map(({ id }) => id) })]
        const job = jobDocument({ ...of, vantage: text || 'x', paths }, () => 'fail', findings)
        const html = drawn({ job }) + listed({ job })
        const shown = textOf(html)
        expect(visible(shown.replaceAll(/\s/g, ' '))).toBe(shown)
        expect(html.match(/<\/?[a-zA-Z][^\s/>]*/g)?.filter((tag) => !KNOWN.has(tag.replace(/^<\/?/, '')))).toEqual([])
        for (const [, line = ''] of html.matchAll(/class="map-(?:line|title)"[^>]*>([^<]*)</g)) {
          expect(columnsOf(textOf(line))).toBeLessThanOrEqual(33)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('is cut in the middle to the columns that there are, wide characters counted twice', () => {
    expect(fitted('toad-6c9d7f-abcde', 9)).toBe('toad…bcde')
    expect(fitted('港港港港港', 5)).toBe('港…港')
    void fc.assert(
      fc.property(hostileString, fc.integer({ min: 1, max: 40 }), (text, columns) => {
        const shown = visible(text)
        expect(columnsOf(fitted(shown, columns))).toBeLessThanOrEqual(columns)
        expect(columnsOf(shown) > columns || shown.length > columns * 2 || fitted(shown, columns) === shown).toBe(true)
      }),
    )
  })
})

const KNOWN = new Set([
  ...['figure', 'figcaption', 'section', 'svg', 'title', 'defs', 'pattern', 'rect', 'circle', 'text', 'path', 'a', 'g'],
  ...[
    'ol',
    'ul',
    'li',
    'dl',
    'dt',
    'dd',
    'span',
    'p',
    'details',
    'summary',
    'div',
    'table',
    'caption',
    'thead',
    'tbody',
  ],
  ...['tr', 'th', 'td', 'code'],
])
