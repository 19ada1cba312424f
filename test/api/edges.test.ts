import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob, readProblem } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod

beforeAll(async () => {
  ;[api, pod] = await Promise.all([startTestPortolan(), startPod('toad-xueq1')])
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const job = (extra: Record<string, unknown> = {}) => ({
  target: { manifests: [toadService(pod.port)] },
  paths: { include: ['ClusterIP'] },
  ...extra,
})

describe('a body that is the manifests themselves', () => {
  const twoServices = JSON.stringify({
    kind: 'List',
    items: ['frog', 'toad'].map((name) => ({ ...toadService(80), metadata: { name, namespace: 'pond' } })),
  })
  const broken =
    'kind: Service\nmetadata: {name: toad}\nspec: {clusterIP: 127.0.0.1, ports: [{port: 80, targetPort: [1]}]}'

  it.each([
    ['several Services', '/v1/jobs', twoServices, 'service_ambiguous', '?service'],
    ['a Service that is not there', '/v1/plan?service=newt', twoServices, 'service_not_found', '?service'],
    ['a namespace without it', '/v1/plan?service=toad&namespace=sea', twoServices, 'service_not_found', '?namespace'],
    ['no Service', '/v1/jobs', '{"kind":"List","items":[]}', 'service_not_found', ''],
    ['a field of an object', '/v1/jobs', broken, 'invalid_manifest', ''],
    ['an option below its least', '/v1/jobs?service=toad&samples=0', twoServices, 'invalid_request', '?samples'],
    ['an option above its most', '/v1/jobs?service=toad&samples=101', twoServices, 'invalid_request', '?samples'],
    ['a label that is none', '/v1/jobs?service=toad&label=-=1', twoServices, 'invalid_request', '?label'],
    ['a batch of none', '/v1/batches?selector=app=newt', twoServices, 'service_not_found', '?selector'],
  ])(
    'has problems that point into the query, or to the body as a whole: %s',
    async (_why, path, yaml, code, pointer) => {
      const problem = await readProblem(api.call(path, { yaml }))
      expect({ code: problem.code, pointers: [...new Set(problem.errors.map((error) => error.pointer))] }).toEqual({
        code,
        pointers: [pointer],
      })
      expect(problem.detail).not.toContain('body does not fit')
    },
  )
})

describe('what a client may get wrong', () => {
  it.each([
    ['/v1/jobs?limit=', '?limit'],
    ['/v1/jobs?label=a=b&label=', '?label'],
    ['/v1/jobs/job_01KAXW0000EXAMPLE0000000AB?wait=%20', '?wait'],
  ])('an empty parameter is no zero: %s', async (path, pointer) => {
    const { status, errors } = await readProblem(api.call(path))
    expect({ status, errors }).toEqual({
      status: 400,
      errors: [{ pointer, detail: 'Is empty: give it a value, or leave it out' }],
    })
  })

  it.each([
    ['/v1/jobs?wait=60s', '?wait', 'found "60s", expected a whole number from 0 to 300. Write 60: it counts seconds'],
    ['/v1/jobs?wait=1m', '?wait', 'found "1m", expected a whole number from 0 to 300. Write 60: it counts seconds'],
    ['/v1/jobs?wait=301', '?wait', 'found "301", expected a whole number from 0 to 300'],
    [
      '/v1/plan?timeoutMs=5s',
      '?timeoutMs',
      'found "5s", expected a whole number from 0 to 120000. Write 5000: it counts milliseconds',
    ],
    ['/v1/plan?samples=many', '?samples', 'found "many", expected a whole number from 0 to 100'],
    ['/v1/plan?samples=1.5', '?samples', 'found "1.5", expected a whole number from 0 to 100'],
    ['/v1/plan?svc=toad', '?svc', 'There is no parameter "svc"; did you mean "service"?'],
    ['/v1/plan?ns=pond', '?ns', 'There is no parameter "ns"; did you mean "namespace"?'],
    ['/v1/jobs?failStatus=500', '?failStatus', 'found "500", expected 424, or leave it out'],
    [
      '/v1/jobs?format=yaml',
      '?format',
      'found "yaml", expected json, text, markdown, junit, csv or tap. Did you mean json?',
    ],
    [
      '/v1/jobs?format=Text',
      '?format',
      'found "Text", expected json, text, markdown, junit, csv or tap. Did you mean text?',
    ],
    ['/v1/plan?history=yes', '?history', 'found "yes", expected true or false. Did you mean true?'],
    ['/v1/plan?service=toad&service=frog', '?service', 'Is given more than once: give it once'],
    [
      `/v1/plan?service=${'x'.repeat(64)}`,
      '?service',
      `found "${'x'.repeat(64)}", expected text of at most 63 characters`,
    ],
  ])('a parameter that does not fit is named with what it was and what it takes: %s', async (path, pointer, detail) => {
    const { status, errors } = await readProblem(api.call(path, { yaml: 'kind: Service' }))
    expect({ status, errors }).toEqual({ status: 400, errors: [{ pointer, detail }] })
  })

  it('an unknown parameter is named on every route, those without parameters too', async () => {
    const routes = ['/v1/batches', '/v1/schedules', '/v1/services', '/v1/report', '/metrics', '/livez', '/readyz']
    for (const route of routes) {
      const { status, errors } = await readProblem(api.call(`${route}?tadpole=1`))
      expect({ route, status, pointers: errors.map(({ pointer }) => pointer) }).toEqual({
        route,
        status: 400,
        pointers: ['?tadpole'],
      })
      expect(errors[0]?.detail).toMatch(/^There is no parameter "tadpole"\. (This takes none|There are: .+)\.$/)
    }
  })

  it('words that are nearly right, types and what is missing are named at any depth', async () => {
    const checks = [{ type: 'http', name: 'home', method: 'get', tls: { minDaysToExpiry: '14' } }, { name: 'nameless' }]
    const asked = job({ checks, expect: { reachable: ['Nodeport'] } })
    expect((await readProblem(api.call('/v1/jobs', { json: asked }))).errors).toEqual([
      { pointer: '/checks/0/method', detail: 'There is no "get"; did you mean "GET"?' },
      { pointer: '/checks/0/tls/minDaysToExpiry', detail: 'Invalid input: expected number, received string' },
      {
        pointer: '/checks/1/type',
        detail: "Invalid discriminator value. Expected 'http' | 'tcp' | 'grpc' | 'dns' | 'dnsQuery'",
      },
      { pointer: '/expect/reachable/0', detail: 'There is no "Nodeport"; did you mean "NodePort"?' },
    ])
    const mixed = job({
      checks: [
        { type: 'tcp', name: 'db', path: '/' },
        { type: 'http', name: 'who', responder: { header: 'x-pod', bodyRegexp: 'a' } },
      ],
    })
    expect((await readProblem(api.call('/v1/jobs', { json: mixed }))).errors).toEqual([
      { pointer: '/checks/0/path', detail: 'The property "path" does not go with the others that are here.' },
      {
        pointer: '/checks/1/responder/bodyRegexp',
        detail: 'The property "bodyRegexp" does not go with the others that are here.',
      },
    ])
    expect((await readProblem(api.call('/v1/jobs', { json: {} }))).errors).toEqual([
      { pointer: '/target', detail: 'missing, expected object' },
    ])
    expect((await readProblem(api.call('/v1/jobs', { json: { target: { manifests: 5 } } }))).errors).toEqual([
      {
        pointer: '/target/manifests',
        detail: 'Invalid input: expected string, received number; or Invalid input: expected array, received number',
      },
    ])
  })

  it('a key that may not be one is told why', async () => {
    const asked = job({ checks: [{ type: 'http', name: 'a', headers: { 'x a': 'b' } }], labels: { '-': 'b' } })
    expect((await readProblem(api.call('/v1/jobs', { json: asked }))).errors).toEqual([
      { pointer: '/checks/0/headers/x a', detail: 'Not a header name (RFC 9110)' },
      { pointer: '/labels/-', detail: expect.stringMatching(/^A label key: /) },
    ])
  })

  it('a compressed body is said not to be read', async () => {
    const headers = { 'content-encoding': 'gzip' }
    const { status, code, detail } = await readProblem(api.call('/v1/jobs', { json: job(), headers }))
    expect({ status, code, detail }).toEqual({
      status: 415,
      code: 'unsupported_media_type',
      detail: 'Content-Encoding "gzip" is not supported; send the body as it is.',
    })
  })

  const nulls = (text: string) => [...text].flatMap((character) => [character.charCodeAt(0), 0])
  const UTF16 = 'The body is UTF-16 (PowerShell writes it with ">"); send UTF-8: … | Out-File -Encoding utf8.'

  it.each<[string, readonly number[], string]>([
    ['gzip', [0x1f, 0x8b, 8, 0, 0, 0], 'The body is gzip, and not said to be. Unpack it before it is sent: gunzip.'],
    ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd, 4], 'The body is Zstandard. Unpack it before it is sent: unzstd.'],
    ['ZIP', [0x50, 0x4b, 3, 4, 20], 'The body is a ZIP archive. Unpack it, and send the manifest in it.'],
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], 'The body is xz. Unpack it before it is sent: unxz.'],
    ['a PDF', [0x25, 0x50, 0x44, 0x46, 0x2d], 'The body is a PDF. Send the manifest itself, as text.'],
    ['UTF-16 with its mark', [0xff, 0xfe, ...nulls('kind: Service')], UTF16],
    ['UTF-16 with its mark, the other way round', [0xfe, 0xff, 0, ...nulls('kind: Service')], UTF16],
    ['UTF-16 without its mark', nulls('kind: Service'), UTF16],
    ['Latin-1', [0x6b, 0xe4, 0x66, 0x65, 0x72], 'The body is not UTF-8; send it as UTF-8.'],
  ])('a body that is %s is said to be', async (_name, bytes, detail) => {
    const headers = { 'content-type': 'application/yaml' }
    const asked = api.call('/v1/plan', { body: new Uint8Array(bytes), headers })
    expect(await readProblem(asked)).toMatchObject({ status: 400, code: 'malformed_body', detail })
  })

  it('a text in UTF-8 may begin as packed bytes do not', async () => {
    const headers = { 'content-type': 'application/yaml' }
    const body = new TextEncoder().encode(`\u{feff}# Kröte\n${JSON.stringify(toadService(pod.port))}`)
    expect((await api.call('/v1/plan', { body, headers })).status).toBe(200)
  })

  it('a slash at the end is said to be one', async () => {
    expect((await readProblem(api.call('/v1/jobs/'))).detail).toContain('Leave out the slash at the end.')
  })

  it('an id of any bytes is not found, and the problem’s instance stays a URI', async () => {
    const long = 'x'.repeat(5000)
    const problems = await Promise.all(
      ['%00', '%ff%fe', '%E0%A4%A', long].map(async (id) => {
        const { status, instance } = await readProblem(api.call(`/v1/jobs/${id}`))
        return { status, instance }
      }),
    )
    expect(problems).toEqual(
      ['%00', '%ff%fe', '%E0%A4%A', long].map((id) => ({ status: 404, instance: `/v1/jobs/${id}`.slice(0, 1000) })),
    )
  })
})

describe('more tries than one job may make', () => {
  it('is refused with how many they are and how far each factor must come down', async () => {
    const checks = Array.from({ length: 20 }, (_, index) => ({ type: 'http', name: `check-${index}` }))
    const asked = job({ checks, samples: 100, retries: { limit: 10 } })
    for (const path of ['/v1/jobs', '/v1/plan']) {
      const { status, code, detail, errors } = await readProblem(api.call(path, { json: asked }))
      expect({ status, code, detail, errors }).toEqual({
        status: 422,
        code: 'impossible_request',
        detail:
          'Up to 22000 tries (20 checks on 1 path × 100 samples × 11 tries each) are more than the 20000 of one job. Lower one of the factors; see errors. paths.include chooses paths.',
        errors: [
          { pointer: '/samples', detail: '100; at most 90 with the rest as it is' },
          { pointer: '/retries/limit', detail: '10; at most 9 with the rest as it is' },
          { pointer: '/checks', detail: '20; at most 18 with the rest as it is' },
        ],
      })
    }
    expect((await api.call('/v1/plan', { json: { ...asked, samples: 90 } })).status).toBe(200)
  })
})

describe('JSON', () => {
  it('ends with a newline wherever it is answered', async () => {
    const { id } = await readJob(api.call('/v1/jobs?wait=20', { json: job() }))
    const paths = [
      `/v1/jobs/${id}`,
      `/v1/jobs/${id}/report`,
      '/v1/jobs',
      '/v1/services',
      '/v1/report',
      '/livez',
      '/v1/jobs/7',
    ]
    const answers = await Promise.all(paths.map(async (path) => (await api.call(path)).text()))
    expect(answers.map((text) => /^\{.*\}\n$/s.test(text))).toEqual(paths.map(() => true))
  })
})
