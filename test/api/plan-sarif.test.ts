import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { sarifErrors } from '../support/remarks.ts'

let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_PUBLIC_URL: 'https://portolan.example' })
})
afterAll(() => api.close())

const MANIFESTS = `# the toad
apiVersion: v1
kind: Service
metadata: {name: toad}
spec:
  selector: {app: toda}
  ports: [{port: 80}]
---
apiVersion: v1
kind: Pod
metadata: {name: toad-1, labels: {app: toad}}
spec: {containers: [{name: web, image: "toad:1"}]}
`
const yaml = { 'content-type': 'application/yaml' }
const resultOf = async (response: Response) => {
  const text = await response.text()
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/sarif+json'])
  expect(sarifErrors(text)).toEqual([])
  const [run] = JSON.parse(text).runs
  const [result] = run.results
  const { artifactLocation, region } = result.locations[0].physicalLocation
  return [result.ruleId, artifactLocation.uri, region.startLine, region.startColumn, run.tool.driver.rules[0].helpUri]
}
const expected = (file: string) => [
  ...['selector_matches_no_pods', file, 6, 3],
  'https://portolan.example/docs/diagnoses/selector_matches_no_pods',
]

describe('POST /v1/plan?format=sarif', () => {
  it('tells what the manifests show to be broken, at the line of the file that is named', async () => {
    const path = '/v1/plan?format=sarif&path=deploy%2Ftoad.yaml'
    expect(await resultOf(await api.call(path, { body: MANIFESTS, headers: yaml }))).toEqual(
      expected('deploy/toad.yaml'),
    )
  })

  it('takes manifests as a text in JSON as well', async () => {
    const response = await api.call('/v1/plan?format=sarif', { json: { target: { manifests: MANIFESTS } } })
    expect(await resultOf(response)).toEqual(expected('manifests.yaml'))
  })

  it.each([
    [
      'objects, which have no lines',
      {
        json: {
          target: {
            manifests: [
              { apiVersion: 'v1', kind: 'Service', metadata: { name: 'toad' }, spec: { ports: [{ port: 80 }] } },
            ],
          },
        },
      },
      422,
      'impossible_request',
    ],
    [
      'more than it looks through',
      { body: `${MANIFESTS}#${' '.repeat(600_000)}`, headers: yaml },
      413,
      'body_too_large',
    ],
    ['what it cannot read', { body: 'a: b: c', headers: yaml }, 400, 'malformed_manifests'],
  ] as const)('refuses %s', async (_what, request, status, code) => {
    const response = await api.call('/v1/plan?format=sarif', request)
    expect([response.status, (await response.json()) as object]).toMatchObject([status, { code }])
  })
})
