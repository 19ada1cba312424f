import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEvents } from '../support/events.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { pathOf, readJob, readProblem, readSchedule } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
/** Says back all that it is sent, as a debugging endpoint does. */
let parrot: Pod

beforeAll(async () => {
  api = await startTestPortolan()
  parrot = await startPod('parrot', '127.0.0.1', (request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const said = String(request.headers.authorization)
      response.setHeader('x-said', said)
      response.setHeader(
        'x-said-encoded',
        `${Buffer.from(said).toString('base64')} ${Buffer.from(said).toString('hex')}`,
      )
      response.setHeader(`x-${said.replace(/[^\w]/g, '-')}`, '1')
      response.setHeader('location', `/?a=${encodeURIComponent(said.toUpperCase())}`)
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.end(`${JSON.stringify(request.headers)}\n${body}`)
    })
  })
})
afterAll(() => Promise.all([api.close(), parrot.close()]))

/** Tells which of these words are on disk; none are on Workers, whose database is no file of ours. */
const onDisk = (...words: string[]): string[] => {
  const files = [api.databaseFile, `${api.databaseFile}-wal`].filter((file) => existsSync(file))
  const bytes = files.map((file) => readFileSync(file, 'latin1')).join('')
  return words.filter((word) => bytes.includes(word))
}

const textOf = async (path: string): Promise<string> => (await api.call(path)).text()

/** Everything that can be read of a job, in every format. */
async function readable(id: string): Promise<string> {
  const formats = ['json', 'text', 'markdown', 'junit', 'tap'].map((format) =>
    textOf(`/v1/jobs/${id}/report?format=${format}`),
  )
  const others = [
    `/v1/jobs/${id}`,
    '/v1/jobs',
    '/v1/services/default/toad-svc',
    '/v1/services/default/toad-svc/results',
  ]
  const events = JSON.stringify(await readEvents(await api.call(`/v1/jobs/${id}/events`)))
  return [...(await Promise.all([...formats, ...others.map(textOf)])), events, api.lines.join('\n')].join('\n')
}

describe('secrets of checks', () => {
  // In base64 at any offset, and in hexadecimal, too
  const SECRETS = /hunter2|correct-horse|battery-staple|h1bnRlcj|odW50ZXIy|aHVudGVy|68756e746572/i
  const checks = [
    {
      ...{ name: 'home', type: 'http', method: 'POST', body: 'password=correct-horse&x=1' },
      headers: { authorization: 'Bearer hunter2-hunter2' },
    },
    // Fails, so that reports and findings tell of it at length.
    {
      ...{ name: 'strict', type: 'http', headers: { 'x-key': 'battery-staple' } },
      expect: { validStatusCodes: [204] },
    },
  ]
  const body = () => ({ target: { manifests: [toadService(parrot.port)] }, paths: { include: ['ClusterIP'] }, checks })

  it('are in no answer, event, report or log, nor on disk, though the peer says them back', async () => {
    const { id, ...job } = await readJob(api.call('/v1/jobs?wait=20', { json: body() }))
    expect(
      pathOf(job, 'ClusterIP')
        .results.map(({ check, http }) => [check, http?.status])
        .toSorted(),
    ).toEqual([
      ['home', 200],
      ['strict', 200],
    ])
    const all = await readable(id)
    expect(all).toContain('[redacted]')
    expect(all).not.toMatch(SECRETS)
    expect(onDisk('hunter2', 'correct-horse', 'battery-staple')).toEqual([])
  })

  it('are in no problem, whatever is wrong about the request that carries them', async () => {
    const json = JSON.stringify(body())
    const wrong: [string, string][] = [
      ['application/json', json.replace('"Bearer hunter2-hunter2"', 'hunter2-hunter2')],
      ['application/json', json.replace('"Bearer hunter2-hunter2"', '"Bearer\\q hunter2-hunter2"')],
      ['application/json', JSON.stringify({ ...body(), checks: [{ ...checks[0], headers: { a: 'hunter2\r\n' } }] })],
      ['application/json', JSON.stringify({ ...body(), checks: [{ ...checks[0], headers: 'hunter2-hunter2' }] })],
      ['application/json', JSON.stringify({ ...body(), checks: [{ ...checks[0], body: { pw: 'correct-horse' } }] })],
      ['application/json', 'hunter2-hunter2'],
      ['application/yaml', json],
      ['text/plain', json],
    ]
    for (const [type, text] of wrong) {
      const response = await api.call('/v1/jobs', { method: 'POST', body: text, headers: { 'content-type': type } })
      const problem = await response.text()
      expect([response.status >= 400 && response.status < 500, problem]).toEqual([
        true,
        expect.not.stringMatching(SECRETS),
      ])
    }
    expect(api.lines.join('\n')).not.toMatch(SECRETS)
  })

  it('that break the JSON are told by their place alone', async () => {
    const broken = '{\n  "target": {},\n  "checks": [{ "headers": { "a": hunter2 } }]\n}'
    const headers = { 'content-type': 'application/json' }
    const { detail } = await readProblem(api.call('/v1/jobs', { method: 'POST', body: broken, headers }))
    expect(detail).toBe("The body is not JSON: Unexpected token 'h' at line 3 column 34.")
  })
})

describe('the environment of a pod', () => {
  const environment = [
    'PATH=/bin',
    'DATABASE_PASSWORD=hunter2-hunter2',
    'DATABASE_URL=postgres://toad:hunter2-hunter2@db/toad',
    'PEM=-----BEGIN',
    'hunter2-hunter2',
    '-----END',
    'TOAD_SVC_SERVICE_HOST=127.0.0.1',
    'TOAD_SVC_SERVICE_PORT=1',
  ].join('\n')
  const body = () => ({
    target: { manifests: [toadService(parrot.port)] },
    addresses: { environment },
    paths: { include: ['Environment'] },
  })

  it('is kept of a job only as far as Kubernetes makes it', async () => {
    const job = await readJob(api.call('/v1/jobs?wait=20', { json: body() }))
    const outcomes = job.paths
      .filter(({ kind }) => kind === 'Environment')
      .map(({ because, outcome }) => [because[0], outcome])
    expect(outcomes.slice(0, 2)).toEqual([
      ['variable TOAD_SVC_SERVICE_HOST', 'pass'],
      ['variable TOAD_SVC_SERVICE_PORT', 'fail'],
    ])
    expect(await readable(job.id)).not.toContain('hunter2')
    expect(onDisk('hunter2')).toEqual([])
  })

  it('is kept of a schedule no further, which compares it at each run', async () => {
    const made = await readSchedule(
      api.call('/v1/schedules', { json: { name: 'env', cron: '0 0 1 1 *', enabled: false, job: body() } }),
    )
    expect(made.job?.addresses.environment).toBe('TOAD_SVC_SERVICE_HOST=127.0.0.1\nTOAD_SVC_SERVICE_PORT=1')
    const job = await readJob(api.call(`/v1/schedules/${made.id}/run?wait=20`, { method: 'POST' }))
    expect(job.paths.find(({ because }) => because[0] === 'variable TOAD_SVC_SERVICE_HOST')?.outcome).toBe('pass')
    expect(await textOf(`/v1/schedules/${made.id}`)).not.toContain('hunter2')
    expect(onDisk('hunter2')).toEqual([])
  })
})
