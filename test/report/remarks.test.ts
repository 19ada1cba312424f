import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/diagnose/finding.ts'
import { renderAzureCommands, renderRefusalAzureCommands } from '../../src/report/azure.ts'
import { renderGithubAnnotations, renderRefusalAnnotations } from '../../src/report/github.ts'
import { renderCodeQuality, renderRefusalCodeQuality } from '../../src/report/gitlab.ts'
import { linksTo } from '../../src/report/links.ts'
import { remarksOf } from '../../src/report/remark.ts'
import { renderRefusalSarif, renderSarif } from '../../src/report/sarif.ts'
import { visible } from '../../src/report/visible.ts'
import { hostileString } from '../fixtures/hostile.ts'
import { aJob } from '../fixtures/job-document.ts'
import { refusalOf } from '../support/read-manifests.ts'
import { azureCommand, githubCommand, planned, sarifErrors } from '../support/remarks.ts'

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: toad
spec:
  selector: {app: toda}
  ports:
  - port: 80
    targetPort: web
`
const POD = `apiVersion: v1
kind: Pod
metadata:
  name: toad-1
  labels: {app: toad}
spec:
  containers:
  - name: web
    image: toad:1
status: {phase: Running, podIPs: [{ip: 10.244.0.9}], conditions: [{type: Ready, status: "True"}]}
`
const FILES = [
  { path: './k8s/service.yaml', text: SERVICE },
  { path: 'k8s\\pods of toad.yaml', text: POD },
]
const plan = () => planned(`${SERVICE}---\n${POD}`)
const CODE = 'selector_matches_no_pods'

const sarif = (text: string) => JSON.parse(text).runs[0]

describe('SARIF of findings of the objects', () => {
  it('names the rule, the file, the line and the column, and what stands elsewhere', () => {
    const text = renderSarif([plan()], FILES, {
      links: linksTo('https://portolan.example'),
      version: '1.2.3',
      category: 'shop',
    })
    expect(sarifErrors(text)).toEqual([])
    const { tool, results, automationDetails, columnKind } = sarif(text)
    expect(automationDetails).toEqual({ id: 'shop/' })
    expect(columnKind).toBe('utf16CodeUnits')
    expect(tool.driver).toMatchObject({ name: 'Portolan', semanticVersion: '1.2.3' })
    const at = results.findIndex(({ ruleId }: { ruleId: string }) => ruleId === CODE)
    expect(tool.driver.rules[results[at].ruleIndex]).toEqual({
      id: CODE,
      name: 'SelectorMatchesNoPods',
      shortDescription: { text: 'selector matches no pods' },
      help: {
        text: `What this means: https://portolan.example/docs/diagnoses/${CODE}`,
        markdown: `[What this means](https://portolan.example/docs/diagnoses/${CODE})`,
      },
      helpUri: `https://portolan.example/docs/diagnoses/${CODE}`,
      properties: { tags: ['kubernetes', 'reachability'] },
    })
    expect(results[at]).toMatchObject({
      level: 'warning',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'k8s/service.yaml', uriBaseId: '%SRCROOT%' },
            region: { startLine: 6, startColumn: 3, endLine: 6, endColumn: 11 },
          },
          logicalLocations: [{ fullyQualifiedName: 'default/toad', kind: 'object' }],
        },
      ],
      relatedLocations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'k8s/pods%20of%20toad.yaml', uriBaseId: '%SRCROOT%' },
            region: { startLine: 5, startColumn: 3, endLine: 5, endColumn: 9 },
          },
        },
      ],
    })
    expect(results[at].message.text).toContain('\nFix: ')
  })

  it('is valid without an address of a server, without findings, and of several plans', () => {
    const texts = [renderSarif([plan()], FILES), renderSarif([], FILES), renderSarif([plan(), plan()], FILES)]
    expect(texts.flatMap(sarifErrors)).toEqual([])
    expect(texts.map((text) => sarif(text).results.length)).toEqual([1, 0, 2])
    expect(sarif(texts[0] ?? '').tool.driver.rules[0].helpUri).toBeUndefined()
  })

  it('leaves out what stands in no file, and what only tests show', () => {
    expect(sarif(renderSarif([plan()], [])).results).toEqual([])
    expect(sarif(renderSarif([plan()], [{ path: '-', text: SERVICE }])).results).toEqual([])
    const found = aJob({ target: { cluster: 'default', namespace: 'default', service: 'toad' } })
    expect(found.diagnosis.findings.map(({ code }) => code)).toEqual(['node_port_fails_on_some_nodes'])
    expect(sarif(renderSarif([found], FILES)).results).toEqual([])
  })

  it('points outside of the repository by a whole address', () => {
    const uris = ['/etc/toad.yaml', 'C:\\toad.yaml'].map(
      (path) =>
        sarif(renderSarif([plan()], [{ path, text: SERVICE }])).results[0].locations[0].physicalLocation
          .artifactLocation,
    )
    expect(uris).toEqual([{ uri: 'file:///etc/toad.yaml' }, { uri: 'file:///C:/toad.yaml' }])
  })

  it('has the same fingerprint wherever the lines move, and another one for another fault', () => {
    const prints = (manifests: string, path = 'a.yaml') =>
      sarif(renderSarif([planned(manifests)], [{ path, text: manifests }])).results.map(
        ({ ruleId, partialFingerprints }: { ruleId: string; partialFingerprints: Record<string, string> }) => [
          ruleId,
          partialFingerprints['portolanFinding/v1'],
        ],
      )
    const moved = `# one more line\n\n---\n${POD}---\n${SERVICE.replace('  - port: 80', '  - {name: other, port: 81, targetPort: 81}\n  - name: own\n    port: 80')}`
    const own = prints(`${SERVICE}---\n${POD}`)
    expect(own.length).toBeGreaterThan(0)
    expect(prints(moved, 'b/c.yaml')).toEqual(own)
    const other = prints(`${SERVICE.replace('name: toad', 'name: frog')}---\n${POD}`)
    expect(other.map(([code]: [string]) => code)).toEqual(own.map(([code]: [string]) => code))
    expect(other[0]?.[1]).not.toBe(own[0]?.[1])
  })

  it('tells two findings of one code apart', () => {
    const twice = plan()
    const [first] = twice.diagnosis.findings
    const remarks = remarksOf(
      [{ ...twice, diagnosis: { status: 'unknown', findings: first ? [first, first] : [] } }],
      FILES,
    )
    expect(new Set(remarks.map(({ fingerprint }) => fingerprint)).size).toBe(2)
  })
})

const lines = (text: string): string[] => text.split('\n').slice(0, -1)

describe('annotations of GitHub', () => {
  it('are one a finding, at its line', () => {
    const [first] = lines(renderGithubAnnotations([plan()], FILES)).map(githubCommand)
    expect(first).toMatchObject({
      name: 'warning',
      properties: { file: 'k8s/service.yaml', line: '6', endLine: '6', col: '3', endColumn: '11' },
    })
    expect(first?.properties.title).toMatch(/^The selector/)
    expect(first?.data.split('\n')[0]).toBe('default/toad')
  })

  it('have no file where the Service is a live one', () => {
    const [only, ...others] = lines(renderGithubAnnotations([aJob()])).map(githubCommand)
    expect(only).toMatchObject({ name: 'error', properties: { title: 'NodePort 30123 fails on 1 of 2 nodes' } })
    expect(only?.properties.file).toBeUndefined()
    expect(others.map((each) => each?.properties.title)).toEqual([
      'No finding explains: Ingress http https://toad.example.com/toad',
    ])
  })

  it('are at most ten, the most serious ones, and the rest is counted in a notice', () => {
    const [finding] = plan().diagnosis.findings
    const findings = Array.from(
      { length: 13 },
      (_, at): Finding => ({
        ...(finding as Finding),
        ...{ title: `number ${at}`, confidence: at > 10 ? 'certain' : 'possible' },
      }),
    )
    const commands = lines(
      renderGithubAnnotations([{ ...plan(), diagnosis: { status: 'unknown', findings } }], FILES),
    ).map(githubCommand)
    expect(commands.map((each) => each?.name)).toEqual([...Array(2).fill('error'), ...Array(9).fill('notice')])
    expect(commands[0]?.properties.title).toBe('number 11')
    expect(commands.at(-1)).toEqual({
      name: 'notice',
      properties: { title: 'Portolan' },
      data: '3 more findings: see the report.',
    })
  })

  it('tell of a run without a verdict, and of none that passes', () => {
    const none = { status: 'healthy', findings: [] } as const
    const told = (over: Parameters<typeof aJob>[0]) =>
      lines(renderGithubAnnotations([aJob({ paths: [], diagnosis: none, ...over })])).map(
        (line) => githubCommand(line)?.properties.title,
      )
    expect(told({ verdict: 'pass' })).toEqual([])
    expect(told({ verdict: 'inconclusive' })).toEqual(['inconclusive: no path was tested'])
    expect(
      told({ verdict: 'error', problem: { code: 'internal', title: 'Ours', detail: 'gone', status: 500 } }),
    ).toEqual(['error: Ours: gone'])
    expect(told({ verdict: 'fail', unmet: ['expect.reachable'] })).toEqual([
      'fail: a selector of expect.reachable has no passing path',
    ])
    expect(told({ status: 'running', verdict: null })).toEqual(['running: the job is running: no verdict yet'])
  })
})

describe('issues of Azure Pipelines', () => {
  it('are one a finding, at its line, and the summary is named', () => {
    const commands = lines(renderAzureCommands([plan()], FILES, { summary: '/work/50% [a];b.md' })).map(azureCommand)
    expect(commands[0]).toMatchObject({
      name: 'task.logissue',
      properties: { type: 'warning', sourcepath: 'k8s/service.yaml', linenumber: '6', columnnumber: '3', code: CODE },
    })
    expect(commands.at(-1)).toEqual({ name: 'task.uploadsummary', properties: {}, data: '/work/50% [a];b.md' })
  })
})

describe('the Code Quality report of GitLab', () => {
  it('has what GitLab demands of each entry', () => {
    const [first] = JSON.parse(renderCodeQuality([plan()], FILES))
    expect(first).toEqual({
      description: expect.stringMatching(/^default\/toad: The selector/),
      check_name: CODE,
      fingerprint: expect.stringMatching(/^[0-9A-Z]{40}$/),
      severity: 'major',
      location: { path: 'k8s/service.yaml', lines: { begin: 6 } },
    })
  })

  it('shows what stands in no file at the file that has the job', () => {
    const [own, other] = [renderCodeQuality([aJob()]), renderCodeQuality([aJob()], [], { elsewhere: 'ci/all.yml' })]
    expect(JSON.parse(own)[0].location).toEqual({ path: '.gitlab-ci.yml', lines: { begin: 1 } })
    expect(JSON.parse(other)[0].location.path).toBe('ci/all.yml')
    expect(
      JSON.parse(
        renderCodeQuality([aJob({ verdict: 'pass', paths: [], diagnosis: { status: 'healthy', findings: [] } })]),
      ),
    ).toEqual([])
  })
})

describe('manifests that were refused', () => {
  const broken = SERVICE.replace('port: 80', 'port: "80"')
  const files = [{ path: 'a.yaml', text: broken }]

  it('have a remark at each mistake, in every form', () => {
    const refusal = refusalOf(broken)
    const text = renderRefusalSarif(refusal, files)
    expect(sarifErrors(text)).toEqual([])
    const [result] = sarif(text).results
    expect(result.locations[0].physicalLocation.region).toEqual({
      startLine: 8,
      startColumn: 5,
      endLine: 8,
      endColumn: 15,
    })
    expect(result.message.text).toContain('Service/toad spec.ports[0].port: found "80"')
    expect(githubCommand(renderRefusalAnnotations(refusal, files).trim())).toMatchObject({
      name: 'error',
      properties: { file: 'a.yaml', line: '8' },
    })
    expect(azureCommand(renderRefusalAzureCommands(refusal, files))?.properties).toMatchObject({
      ...{ sourcepath: 'a.yaml', linenumber: '8', code: 'invalid_manifest' },
    })
    expect(JSON.parse(renderRefusalCodeQuality(refusal, files))[0].location).toEqual({
      path: 'a.yaml',
      lines: { begin: 8 },
    })
  })

  it('have one at the line where YAML ends to be YAML, in the file that it is of', () => {
    const two = [
      { path: 'a.yaml', text: POD },
      { path: 'b.yaml', text: 'kind: Service\n  a: b\n' },
    ]
    const refusal = refusalOf(`---\n${POD}---\n${two[1]?.text}`)
    const [only] = lines(renderRefusalAnnotations(refusal, two)).map(githubCommand)
    expect(only?.properties).toMatchObject({ file: 'b.yaml', line: '2' })
  })
})

describe('whatever targets and manifests say', () => {
  const said = fc.oneof(
    hostileString,
    fc.constantFrom(
      '::error::a',
      '%0A::error::a',
      '##vso[task.complete result=Succeeded;]',
      '[a](http://b)',
      '%25%0D;]',
      'a,b:c=d',
    ),
  )
  /** A finding in which every text is that one. */
  const saying = (text: string): Finding => ({
    ...{ code: CODE, layer: 'endpoints', confidence: 'certain', title: text, detail: text, fix: text, confirm: text },
    ...{
      evidence: [{ object: 'Service/toad', field: 'spec.selector', value: { [text]: text } }],
      explains: ['a'],
      docs: text,
    },
  })
  const reported = (text: string) => ({
    target: { cluster: text, namespace: text, service: text },
    diagnosis: { status: 'unknown' as const, findings: [saying(text)] },
  })
  const filesOf = (text: string) => [{ path: `k8s/${text}`, text: SERVICE }]

  it('no command is more than ours, and each word arrives', () => {
    fc.assert(
      fc.property(said, (text) => {
        const github = lines(renderGithubAnnotations([reported(text)], filesOf(text)))
        expect(github.map((line) => githubCommand(line)?.name)).toEqual(['error'])
        expect(githubCommand(github[0] ?? '')?.properties.title).toBe(visible(text))
        const azure = lines(renderAzureCommands([reported(text)], filesOf(text)))
        expect(azure.map((line) => azureCommand(line)?.name)).toEqual(['task.logissue'])
        expect(azureCommand(azure[0] ?? '')?.data.split('\n')[0]).toBe(
          `${visible(`${text}/${text}`)}: ${visible(text)}`,
        )
        expect(azure[0]?.match(/##vso\[/gi)?.length).toBe(1)
      }),
    )
  })

  it('SARIF and Code Quality stay what they are, and make no link of it', () => {
    fc.assert(
      fc.property(said, (text) => {
        const log = renderSarif([reported(text)], filesOf(text))
        expect(sarifErrors(log)).toEqual([])
        expect(sarif(log).results[0].message.text).not.toMatch(/\]\(/)
        expect(JSON.parse(renderCodeQuality([reported(text)], filesOf(text)))[0].description).toContain(visible(text))
        expect(`${log}${renderCodeQuality([reported(text)])}`).not.toMatch(/##vso|##\[/)
      }),
      { numRuns: 60 },
    )
  })
})
