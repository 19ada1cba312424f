import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliFolder } from '../../support/cli.ts'
import { loopbackService } from '../../support/loopback-service.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { keeper, refusedPort, serveHttp, type TestServer } from '../../support/servers.ts'

const { keep, closeAll } = keeper()
const folder = cliFolder()
let well: TestServer
let portolan: TestPortolan

beforeAll(async () => {
  well = await keep(serveHttp((_request, response) => response.end('toad')))
  portolan = await keep(startTestPortolan({ PORTOLAN_VANTAGE: 'outside' }))
  folder.write('pass.json', loopbackService(well.port))
  folder.write('pass.gz', gzipSync(loopbackService(well.port)))
  folder.write('fail.json', loopbackService(await refusedPort()))
  folder.write('internal.json', JSON.stringify(JSON.parse(loopbackService(80).replace('LoadBalancer', 'ClusterIP'))))
})
afterAll(async () => {
  await closeAll()
  folder.remove()
})

const check = (args: string, options = {}) =>
  folder.run(['check', ...args.split(' ').filter((word) => word !== '')], options)
/** On the server, which is the same and starts no thread. */
const checkThere = (args: string, options = {}) => check(`${args} --server ${portolan.url}`, options)

describe('portolan check', () => {
  it('shows nothing of what a server refuses that a terminal or a runner of CI would act on', async () => {
    const problem = {
      title: 'a',
      status: 422,
      code: 'b',
      detail: '\u001b[31mred\n::error::a ##[add-mask]e',
      errors: [],
    }
    const server = await keep(
      serveHttp((_request, response) => {
        response.writeHead(422, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
      }),
    )
    const { exitCode, stderr } = await check(`toad-svc -n shop --server http://127.0.0.1:${server.port}`)
    expect([exitCode, stderr]).toEqual([2, '\\u{1b}[31mred\n\\u{3a}:error::a \\u{23}#[add-mask]e\n'])
  })

  it.each([
    ['--wait 20m', '--wait takes from 200ms to 15m, not "20m".'],
    ['--samples 0 --timeout 0', '--samples: Too small: expected number to be >=1'],
    ['--server=', '--server is empty: is a variable of the shell not set? Leave it out to probe from here.'],
    ['--filename=', '-f is empty: is a variable of the shell not set? The folder that this runs in is -f .'],
    [
      'fail.json',
      `"fail.json" stands where the name of a Service does. Put -f before each file, or quote the pattern: -f '*.yaml'.`,
    ],
  ])('says of %s by its own name what is wrong', async (args, says) => {
    const { exitCode, stderr } = await check(`-f pass.json ${args}`)
    expect([exitCode, stderr.split('\n')]).toEqual([2, expect.arrayContaining([says])])
  })

  it('exits 0 for a Service that is reached, and says so first', async () => {
    const { exitCode, stdout } = await check('-f pass.json --include LoadBalancer')
    expect({ exitCode, first: stdout.slice(0, 20) }).toEqual({ exitCode: 0, first: 'PASS  shop/toad-svc ' })
  })

  it('exits 1 for a Service that is not', async () => {
    const { exitCode, stdout } = await checkThere('-f fail.json --include LoadBalancer')
    expect({ exitCode, first: stdout.slice(0, 20) }).toEqual({ exitCode: 1, first: 'FAIL  shop/toad-svc ' })
  })

  it('exits 2 where nothing could be tested, unless that is allowed', async () => {
    expect((await checkThere('-f internal.json')).exitCode).toBe(2)
    expect((await checkThere('-f internal.json --allow-inconclusive')).exitCode).toBe(0)
  })

  it('says in the first line that a Service is inside a cluster, with the command that tests it there', async () => {
    const { stdout } = await checkThere('-f internal.json')
    const [first, command] = stdout.split('\n')
    expect(first).toMatch(/^Nothing of shop\/toad-svc can be reached from here: all \d paths are inside the cluster\./)
    expect(command).toBe(
      '  cat internal.json | kubectl run portolan-check -n shop --rm -i --quiet --restart=Never --image=portolan -- ' +
        'check -f - --vantage in-cluster -n shop toad-svc',
    )
  })

  it('never dials this machine where that is forbidden', async () => {
    const { exitCode, stdout } = await check('-f pass.json --include LoadBalancer --strict-egress')
    expect(exitCode).toBe(2)
    expect(stdout).toContain('policy: 127.0.0.1 is loopback (RFC 1122 3.2.1.3)')
  })

  it('writes every report of one run, whole', async () => {
    const names = 'text json junit markdown csv sarif code-quality'.split(' ')
    const files = names.map((name) => `--${name} out.${name}`).join(' ')
    const { exitCode, stdout } = await checkThere(`-f pass.json --include LoadBalancer ${files}`)
    expect(exitCode).toBe(0)
    const { id } = JSON.parse(folder.read('out.json'))
    expect(folder.read('out.text')).toBe(stdout.slice(stdout.indexOf('PASS')))
    expect(folder.read('out.text')).toContain(id)
    expect(folder.read('out.markdown')).toContain(id)
    expect(folder.read('out.csv')).toContain(id)
    expect(folder.read('out.junit')).toContain('<testsuite')
    expect(JSON.parse(folder.read('out.sarif')).version).toBe('2.1.0')
    expect(JSON.parse(folder.read('out.code-quality'))).toEqual(expect.any(Array))
    const { items } = (await (await portolan.call('/v1/jobs?limit=1')).json()) as { items: { id: string }[] }
    expect(items[0]?.id).toBe(id)
  })

  it('writes the other files when one cannot be written, and exits 2', async () => {
    const { exitCode, stderr } = await checkThere('-f pass.json --csv no/such.csv --json one.json --ci none')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: '--csv no/such.csv could not be written: its folder does not exist; make it first.\n',
    })
    expect(JSON.parse(folder.read('one.json')).verdict).toBe('pass')
  })

  it('reads what PowerShell writes', async () => {
    const text = `\ufeff${loopbackService(well.port)}`
    folder.write('utf16.json', Buffer.from(text, 'utf16le'))
    expect((await checkThere('-f utf16.json --include LoadBalancer')).exitCode).toBe(0)
    expect(
      (await checkThere('-f - --include LoadBalancer', { stdin: Buffer.from(text, 'utf16le').swap16() })).exitCode,
    ).toBe(0)
  })

  it.each([
    ['', /^Say what to check:/],
    ['one two', /^One Service at a time: "one" and "two" are two\./],
    ['shop/toad', /^"shop\/toad" is no Service: .* A namespace is said by -n: toad -n shop\.$/m],
    [
      'deploy/toad',
      /^"deploy\/toad" is no Service, and paths lead to Services: name the one that stands before it\.$/m,
    ],
    ['ing/toad', /^"ing\/toad" is no Service, and paths lead to Services/],
    ['pods/toad-1', /^"pods\/toad-1" is no Service, and paths lead to Services/],
    ['-f pass.gz', /^pass\.gz: this is compressed\. Hand over the text: gunzip -c pass\.gz \| portolan … -f -$/m],
    ['-f nope.yaml', /^nope\.yaml: there is no such file\.$/m],
    ['-f pass.json --wiat 3', /^error: unknown option '--wiat'\n\(Did you mean --wait\?\)$/m],
    ['-f pass.json --wait soon', /^--wait takes seconds, or a duration like 500ms, 90s or 2m, not "soon"\.$/m],
    ['-f pass.json --include clusterp', /Did you mean ClusterIP\?/],
    ['-f pass.json -o jsno', /^-o takes text, .* Did you mean json\?$/m],
    ['toad --server portolan.example', /^--server: expected a URL like https:/],
    ['toad', /^No cluster is known: .*--kubeconfig/],
    ['-f pass.json --wait 20m', /^--wait takes from 200ms to 15m, not "20m"\.$/m],
    ['-f pass.json --samples 1000 --label a/b/=c', /^--samples: Too big: .*\n--label: A label key: /],
    ['-f pass.json --include NodePort,node=nowhere', /^--include: There is no Node nowhere\./],
    ['toad --kubeconfig nowhere', /^.*nowhere: there is no such file/],
  ])('teaches what is wrong with "check %s", and exits 2', async (args, message) => {
    const { exitCode, stdout, stderr } = await check(args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })

  it('names the file that cannot be read, among several', async () => {
    folder.write('bad.yaml', 'kind: Service\n  apiVersion: v1\n')
    const { exitCode, stderr } = await checkThere('-f pass.json -f bad.yaml')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^bad\.yaml:2: mapping values are not allowed/)
  })

  it('says where a check is wrong, by the line of its file, and shows no secret of it', async () => {
    const written = [
      '- name: ok',
      '  type: tcp',
      '- name: health',
      '  type: http',
      '  headers: {x-key: s3cr3t}',
      '  paht: /healthz',
    ]
    folder.write('checks.yaml', written.join('\n'))
    const { exitCode, stderr } = await checkThere('-f pass.json --checks checks.yaml')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^checks\.yaml:6: paht: /)
    expect(stderr).not.toContain('s3cr3t')
  })

  it('makes the checks of portolan.yaml in this folder, and says so', async () => {
    const own = cliFolder()
    own.write('portolan.yaml', 'checks:\n  - {name: body, type: http, expect: {failIfBodyNotMatchesRegexp: [toad]}}\n')
    own.write('pass.json', loopbackService(well.port))
    const args = ['check', '-f', 'pass.json', '--include', 'LoadBalancer', '--server', portolan.url]
    const { exitCode, stderr } = await own.run([...args, '--json', 'job.json'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'The checks of portolan.yaml are made.\n' })
    const { paths } = JSON.parse(own.read('job.json')) as { paths: { results: { check: string }[] }[] }
    expect(new Set(paths.flatMap(({ results }) => results.map(({ check }) => check)))).toEqual(new Set(['body']))
    own.remove()
  })

  it('checks every Service of manifests with -A, and exits as the worst of them', async () => {
    folder.write('all/a.json', loopbackService(well.port, { name: 'well' }))
    folder.write('all/b.json', loopbackService(await refusedPort(), { name: 'ill' }))
    const { exitCode, stdout } = await checkThere('-f all -A --include LoadBalancer')
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/well/)
    expect(stdout).toMatch(/ill/)
  })

  it('cancels the job and exits 130 when it is told to stop', async () => {
    const silent = await keep(serveHttp(() => undefined))
    folder.write('silent.json', loopbackService(silent.port))
    const stop = new AbortController()
    const running = checkThere('-f silent.json --include LoadBalancer --timeout 60s --wait 120s --json never.json', {
      signal: stop.signal,
    })
    await expect.poll(() => silent.connections).toBeGreaterThan(0)
    stop.abort(130)
    expect((await running).exitCode).toBe(130)
    const { items } = (await (await portolan.call('/v1/jobs?limit=1')).json()) as { items: { status: string }[] }
    expect(items[0]?.status).toBe('cancelled')
    expect(() => folder.read('never.json')).toThrow()
  })
})
