/** What a server can be like, each told in one line that says what to do, with an exit code that blames no target. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliFolder } from '../../support/cli.ts'
import { loopbackService } from '../../support/loopback-service.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { keeper, refusedPort, serve, serveHttp } from '../../support/servers.ts'

const { keep, closeAll } = keeper()
const folder = cliFolder()
const TOKEN = 'a-token-of-tests-that-is-long'
/** A job that has ended, as far as it is gone by. */
const ENDED = { id: 'job_1', finishedAt: '2026-11-30T00:00:00Z', verdict: 'pass', target: {} }
let guarded: TestPortolan
let open: TestPortolan

beforeAll(async () => {
  guarded = await keep(
    startTestPortolan({ PORTOLAN_VANTAGE: 'outside', PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: TOKEN }),
  )
  open = await keep(startTestPortolan({ PORTOLAN_VANTAGE: 'outside' }))
  const well = await keep(serveHttp((_request, response) => response.end('toad')))
  folder.write('pass.json', loopbackService(well.port))
})
afterAll(async () => {
  await closeAll()
  folder.remove()
})

const check = (server: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
  folder.run(['check', '-f', 'pass.json', '--include', 'LoadBalancer', '--server', server, ...args], { env })

const answers = (status: number, type: string, body: string) =>
  keep(
    serveHttp((_request, response) => {
      response.writeHead(status, { 'content-type': type })
      response.end(body)
    }),
  )

describe('a server that', () => {
  it('is down', async () => {
    const server = `http://127.0.0.1:${await refusedPort()}`
    expect(await check(server)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `POST ${server}/v1/jobs was not answered: ECONNREFUSED. Is it running, and is its address right?\n`,
    })
  })

  it('says nothing', async () => {
    const { url } = await keep(serve(() => undefined))
    expect(await check(url, ['--server-timeout', '200ms'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        `POST ${url}/v1/jobs was not answered within 0.2 s. ` +
        'Is it overloaded, or is it something else that listens there? --server-timeout waits longer.\n',
    })
  })

  it('is another', async () => {
    const { url } = await answers(200, 'text/html', '<h1>Welcome</h1>')
    const { exitCode, stdout, stderr } = await check(url)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/was answered with 200 text\/html, which Portolan does not answer: is it there/)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it.each([
    ['nothing', 'null'],
    ['a list', '[]'],
    ['a document of something else', '{"hello":"world"}'],
    ['a job without an end', '{"id":"job_1"}'],
  ])('answers a new job with %s', async (_, body) => {
    const { url } = await answers(201, 'application/json', body)
    const { exitCode, stdout, stderr } = await check(url)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^POST \S+\/v1\/jobs was answered with 201 application\/json.*: is it there, .*\?\n$/)
  })

  it.each<[string, string, (at: string) => string[]]>([
    ['a job', JSON.stringify(ENDED), () => ['check', '-f', 'pass.json']],
    ['a job with paths of another kind', JSON.stringify({ ...ENDED, paths: [5] }), () => ['check', '-f', 'pass.json']],
    ['a job that is watched', JSON.stringify(ENDED), () => ['watch', '-f', 'pass.json']],
    ['a plan', '{}', () => ['plan', '-f', 'pass.json']],
    ['tokens', '{"items":[{}],"nextCursor":null}', () => ['tokens', 'list']],
    ['schedules', '{"items":[{"id":"sch_1"}],"nextCursor":null}', () => ['schedules', 'list']],
    ['Services', '{"items":[{"name":"a"}],"nextCursor":null}', () => ['services']],
    ['history', '{"items":[{"target":null}],"nextCursor":null}', () => ['services', '--history']],
  ])('answers %s that cannot be read, in one sentence', async (_, body, args) => {
    const { url } = await answers(200, 'application/json', body)
    const { exitCode, stderr } = await folder.run([...args(url), '--server', url])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^[A-Z]+ \S+\/v1\/\S+ was answered with 200 application\/json, which .* cannot read: .*\n$/)
  })

  it('leads elsewhere, where the token is not sent', async () => {
    const { url } = await keep(
      serveHttp((_request, response) => {
        response.writeHead(302, { location: 'https://elsewhere.example/' })
        response.end()
      }),
    )
    const { exitCode, stderr } = await check(url, [], { PORTOLAN_TOKEN: TOKEN })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/leads on to https:\/\/elsewhere\.example\//)
  })

  it('wants a token, or another', async () => {
    expect(await check(guarded.url)).toEqual({
      ...{ exitCode: 2, stdout: '' },
      stderr:
        `${guarded.url} asks for a token: set PORTOLAN_TOKEN, or name a file that holds it by --token-file. ` +
        'Whoever has one of an admin makes others by portolan tokens create.\n',
    })
    const wrong = await check(guarded.url, [], { PORTOLAN_TOKEN: 'another-token-of-tests' })
    expect(wrong.exitCode).toBe(2)
    expect(wrong.stderr).not.toContain('another-token-of-tests')
    folder.write('token', `${TOKEN}\n`)
    expect((await check(guarded.url, ['--token-file', 'token'])).exitCode).toBe(0)
  })

  it.each([
    [401, 'does a proxy before it want a login of its own?'],
    [403, 'does a proxy before it want a login of its own?'],
    [413, 'does a proxy before it take no body that is so large?'],
    [502, 'is it running behind the proxy that has answered?'],
    [504, 'is it running behind the proxy that has answered?'],
  ])('is behind a proxy that answers %i', async (status, asks) => {
    const { url } = await answers(status, 'text/html', '<h1>nginx</h1>')
    expect(await check(url)).toEqual({
      ...{ exitCode: 2, stdout: '' },
      stderr: `POST ${url}/v1/jobs was answered with ${status} text/html, which Portolan does not answer: ${asks}\n`,
    })
  })

  it('has not ended a run in time, which goes on', async () => {
    const { url } = await answers(200, 'application/json', '{"id":"job_1","finishedAt":null}')
    const { exitCode, stderr } = await folder.run(['schedules', 'run', 'sch_a', '--wait', '200ms', '--server', url])
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr:
        'The job job_1 has not ended within 0.2 s; it goes on. --wait waits longer, and portolan report job_1 tells what ' +
        'came of it.\n',
    })
  })

  it('is another, for the doctor as well', async () => {
    const { url } = await answers(200, 'application/json', '{"hello":"world"}')
    const { exitCode, stdout } = await folder.run(['doctor', '-o', 'json', '--server', url])
    const says = `${url} answers, and is no Portolan: is its address right?`
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout).lines).toContainEqual({ name: 'server', state: 'wrong', says, todo: null })
  })

  it('is at another path', async () => {
    const { exitCode, stderr } = await check(`${open.url}/base`)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `A Portolan answers at ${open.url}, and not below /base: name it by --server ${open.url}, without that path.\n`,
    })
  })

  it('reads no cluster, or none of that name', async () => {
    const none = await folder.run(['check', 'toad-svc', '-n', 'shop', '--server', open.url])
    expect(none).toEqual({
      ...{ exitCode: 2, stdout: '' },
      stderr:
        `${open.url} reads no cluster. PORTOLAN_KUBECONFIG would give it one. portolan check -f FILE sends it manifests, ` +
        'and portolan check --local reads the cluster of your own kubeconfig, from here.\n',
    })
  })

  it('says of what is asked for by options which of them it is', async () => {
    for (const [args, flag] of [
      ['report --window 7x', '--window'],
      ['tokens create ci --scope jobs:raed', '--scope'],
    ] as const) {
      const { exitCode, stderr } = await folder.run([...args.split(' '), '--server', guarded.url], {
        env: { PORTOLAN_TOKEN: TOKEN },
      })
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(new RegExp(`^${flag}: `))])
    }
  })

  it('is older than the program', async () => {
    const problem = {
      type: '',
      title: '',
      status: 404,
      code: 'not_found',
      instance: '/v1/jobs',
      requestId: 'r',
      errors: [],
    }
    const { url } = await answers(
      404,
      'application/problem+json',
      JSON.stringify({ ...problem, detail: 'There is no /v1/jobs.' }),
    )
    const { exitCode, stderr } = await check(url)
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/is an older Portolan than this program .* Update it, or use a program of its version\.$/m)
  })

  it('is not asked about what is done from here', async () => {
    const { exitCode, stderr } = await check(guarded.url, ['--context', 'kind'], { PORTOLAN_TOKEN: TOKEN })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: '--context is about checks from here, but a server is asked: name one of its clusters by --cluster.\n',
    })
  })

  it('is named in the environment, and left out by --local', async () => {
    const env = { PORTOLAN_SERVER: `http://127.0.0.1:${await refusedPort()}` }
    const args = ['check', '-f', 'pass.json', '--include', 'LoadBalancer']
    expect((await folder.run(args, { env })).exitCode).toBe(2)
    expect((await folder.run([...args, '--local'], { env })).exitCode).toBe(0)
  })
})
