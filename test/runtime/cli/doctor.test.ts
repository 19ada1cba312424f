import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Line } from '../../../src/runtime/cli/doctor/line.ts'
import { egressLine, type Machine, machineLines, pathsLine } from '../../../src/runtime/cli/doctor/machine.ts'
import { readConfig } from '../../../src/runtime/node/config.ts'
import { VERSION } from '../../../src/runtime/version.ts'
import type { ApiServer } from '../../support/api-server.ts'
import { cliFolder } from '../../support/cli.ts'
import { writeKubeconfig } from '../../support/kubeconfig.ts'
import { liveClusters, mayRead } from '../../support/live-cluster.ts'
import { loopbackService } from '../../support/loopback-service.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { keeper, refusedPort } from '../../support/servers.ts'

const ADMIN = 'the-administrator-4711'

const { keep, closeAll } = keeper()
const live = liveClusters()
const folder = cliFolder()
let cluster: ApiServer
let portolan: TestPortolan

beforeAll(async () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
  const started = await live.of([namespace, JSON.parse(loopbackService(80, { labels: { app: 'toad' } }))], {
    isPlain: false,
  })
  cluster = started.server
  portolan = await keep(
    startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN, PORTOLAN_VANTAGE: 'outside' }),
  )
})
afterAll(async () => {
  await closeAll()
  await live.closeAll()
  folder.remove()
})

type Told = { exitCode: number; lines: Line[]; ways: Record<string, boolean | null>; text: string }

async function look(words: readonly string[], env: Record<string, string> = {}): Promise<Told> {
  const { exitCode, stdout, stderr } = await folder.run(['doctor', '-o', 'json', ...words], { env })
  expect(stderr).toBe('')
  return { exitCode, ...JSON.parse(stdout), text: stdout }
}
const about = (name: string, { lines }: Told) =>
  lines.filter((line) => line.name === name).map(({ state, says }) => `${state}: ${says}`)

const kubeconfigFor = (token?: string) =>
  writeKubeconfig(folder.cwd, { here: { server: cluster, namespace: 'shop', ...(token !== undefined && { token }) } })

describe('portolan doctor', () => {
  it('is content with a machine on which nothing is set: manifests can be checked', async () => {
    const told = await look([])
    expect([told.exitCode, told.ways]).toEqual([0, { manifests: true, cluster: null, server: null }])
    expect(about('settings', told)).toEqual(['ok: none is set'])
    expect(about('cluster', told)).toEqual(['none: none is read from here'])
    expect(about('server', told)).toEqual(['none: none is named'])
    const { stdout } = await folder.run(['doctor'])
    expect(stdout).toMatch(
      new RegExp(`^portolan ${VERSION.replaceAll('.', '\\.')}\n\n✓ settings {2}none is set\n✓ node {6}v`),
    )
    expect(stdout).toMatch(/\nYou can check manifests by -f FILE\.\n$/)
  })

  it('says that a cluster answers, and what of it may be read', async () => {
    const told = await look(['--kubeconfig', kubeconfigFor()])
    expect([told.exitCode, told.ways]).toEqual([0, { manifests: true, cluster: true, server: null }])
    expect(about('cluster', told)).toEqual([
      expect.stringMatching(/^ok: default \(https:\/\/127\.0\.0\.1:\d+, by the kubeconfig\) answers, v1\./),
    ])
    expect(about('access', told)).toEqual([
      expect.stringMatching(
        /^ok: Services may be read in the namespace shop; of shop\/toad-svc \d+ of \d+ paths can be tested from here$/,
      ),
    ])
    expect(about('settings', told)).toEqual(['ok: PORTOLAN_KUBECONFIG (--kubeconfig)'])
  })

  it('says what a narrow role lacks, by the words of the API server, and is content', async () => {
    const token = mayRead(cluster, 'narrow', ['services', 'endpointslices.discovery.k8s.io'], ['shop'])
    const told = await look(['--kubeconfig', kubeconfigFor(token)])
    expect(told.exitCode).toBe(0)
    expect(about('access', told)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^ok: Services may be read in the namespace shop/),
        expect.stringMatching(/^remark: may not list nodes: /),
      ]),
    )
    expect(told.text).not.toContain(token)
  })

  it('says that Services may not be read, what to do, and ends with 2', async () => {
    const token = mayRead(cluster, 'blind', ['configmaps'], ['shop'])
    const told = await look(['--kubeconfig', kubeconfigFor(token)])
    expect([told.exitCode, told.ways.cluster]).toEqual([2, false])
    expect(about('access', told)).toEqual([expect.stringMatching(/^wrong: .*services/i)])
  })

  it('says of a cluster that is away, and of credentials that it refuses, which it is', async () => {
    const refused = await look(['--kubeconfig', kubeconfigFor('nobody-4711')])
    expect([refused.exitCode, about('cluster', refused)]).toEqual([
      2,
      [expect.stringMatching(/^wrong: default \(.*\): /)],
    ])
    expect(refused.text).not.toContain('4711')
    const gone = { url: `https://127.0.0.1:${await refusedPort()}`, caPem: cluster.caPem }
    const away = await look(['--kubeconfig', writeKubeconfig(folder.cwd, { here: { server: gone } })])
    expect([away.exitCode, about('cluster', away)]).toEqual([2, [expect.stringMatching(/^wrong: default \(.*\): /)]])
  })

  it('says that a server answers, to whom, and that its clock is right', async () => {
    const told = await look([], { PORTOLAN_SERVER: portolan.url, PORTOLAN_TOKEN: ADMIN })
    expect([told.exitCode, told.ways]).toEqual([0, { manifests: true, cluster: null, server: true }])
    expect(about('server', told)).toEqual([
      expect.stringMatching(`^ok: ${portolan.url} answers, ${VERSION}, in \\d+ ms$`),
    ])
    expect(about('clock', told)).toEqual(['ok: it and this machine have the same time'])
    expect(about('token', told)).toEqual([expect.stringMatching(/^ok: asks as admin: .*admin/)])
    expect(about('settings', told)).toEqual(['ok: PORTOLAN_SERVER (environment), PORTOLAN_TOKEN (environment)'])
    expect(told.text).not.toContain(ADMIN)
  })

  it('says of a token that is not taken, or may not check, what to do', async () => {
    const wrong = await look([], { PORTOLAN_SERVER: portolan.url, PORTOLAN_TOKEN: 'another-token-0815' })
    expect([wrong.exitCode, wrong.ways.server]).toEqual([2, false])
    expect(about('token', wrong)).toEqual([expect.stringMatching(/^wrong: .* does not take the token/)])
    expect(wrong.text).not.toContain('0815')
    const made = await portolan.call('/v1/tokens', {
      ...{ method: 'POST', headers: { authorization: `Bearer ${ADMIN}` } },
      json: { name: 'page', scopes: ['reports:read'] },
    })
    const { token } = (await made.json()) as { token: string }
    const narrow = await look([], { PORTOLAN_SERVER: portolan.url, PORTOLAN_TOKEN: token })
    expect(narrow.lines.find(({ name }) => name === 'token')).toMatchObject({
      ...{ state: 'remark', todo: 'check --server needs one with the scope jobs:write.' },
    })
    expect(narrow.text).not.toContain(token)
  })

  it('is content with a server where the cluster is away, and the other way round', async () => {
    const gone = `http://127.0.0.1:${await refusedPort()}`
    const server = await look(['--kubeconfig', kubeconfigFor()], { PORTOLAN_SERVER: gone })
    expect([server.exitCode, server.ways]).toEqual([0, { manifests: true, cluster: true, server: false }])
    expect(about('server', server)).toEqual([
      expect.stringMatching(/^wrong: .* Is it running, and is its address right\?$/),
    ])
  })

  it('tells by how much the clock of a server is another', async () => {
    const old: Server = createServer((request, response) => {
      response.setHeader('date', new Date(Date.now() - 3_600_000).toUTCString())
      response.setHeader('content-type', 'application/json')
      response.end(
        request.url === '/livez'
          ? '{"status":"ok","version":"0.0.9"}'
          : '{"id":"anonymous","name":"anonymous","scopes":["admin"],"namespaces":null,"expiresAt":null}',
      )
    })
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve))
    const told = await look([], { PORTOLAN_SERVER: `http://127.0.0.1:${(old.address() as AddressInfo).port}` })
    old.close()
    expect(about('clock', told)).toEqual([
      expect.stringMatching(/^remark: it is (3599|3600|3601) s behind this machine$/),
    ])
    expect(told.exitCode).toBe(0)
  })

  it('says which setting is wrong, and ends with 2, as a check would', async () => {
    const told = await look([], { PORTOLAN_SERVRE: 'https://portolan.example', PORTOLAN_EGRESS_DENY: 'nowhere' })
    expect(told.exitCode).toBe(2)
    expect(about('settings', told).slice(1)).toEqual([
      expect.stringMatching(/^wrong: PORTOLAN_SERVRE: .*PORTOLAN_SERVER/),
      expect.stringMatching(/^wrong: PORTOLAN_EGRESS_DENY: /),
    ])
  })
})

describe('of a machine', () => {
  const machine: Machine = {
    ...{ node: 'v24.0.0', platform: 'linux-x64', dnsServers: ['10.0.0.2'] },
    addresses: ['127.0.0.1', '::1', 'fe80::1', '10.0.0.7'],
  }
  const linesOf = (env: Record<string, string>, other: Partial<Machine> = {}, set: Record<string, string> = {}) =>
    machineLines(
      { env } as unknown as Parameters<typeof machineLines>[0],
      { ...machine, ...other },
      readConfig(set),
    ).map(({ name, state, says }) => `${name} ${state}: ${says}`)

  it('link-local addresses are no IPv6, and names go to the DNS server of the system', () => {
    expect(linesOf({})).toEqual([
      'node ok: v24.0.0 on linux-x64',
      'pod none: this is no pod of a cluster',
      "dns ok: 10.0.0.2, the system's; cluster domain cluster.local, as nothing here says another",
      'ipv6 remark: this machine has no address: paths over IPv6 fail from here',
    ])
    expect(linesOf({}, { addresses: ['2001:db8::7'] })[3]).toBe('ipv6 ok: this machine has an address')
    expect(linesOf({}, { dnsServers: [] })[2]).toBe('dns wrong: no DNS server is set')
    expect(linesOf({}, {}, { PORTOLAN_DNS_SERVERS: '10.96.0.10', PORTOLAN_CLUSTER_DOMAIN: 'k8s.local' })[2]).toBe(
      'dns ok: 10.96.0.10, as it is set; cluster domain k8s.local',
    )
  })

  it('proxies are named, never with what they are set to', () => {
    const [, , , , line] = linesOf({ https_proxy: 'http://user:hunter2@proxy:3128' })
    expect(line).toBe(
      'proxies remark: https_proxy: what is probed is dialled without a proxy, and a server is asked without one',
    )
  })

  it('what may be dialled, and what can be tested, follows from the settings', () => {
    const set = { PORTOLAN_EGRESS_ALLOW: '169.254.1.1/32', PORTOLAN_EGRESS_DENY: '10.9.0.0/16' }
    expect(egressLine(readConfig(set)).says).toBe(
      'never dialled: link-local and metadata addresses, 10.9.0.0/16; dialled: loopback (kind, a port-forward), unless ' +
        '--strict-egress says otherwise, 169.254.1.1/32',
    )
    expect(pathsLine(readConfig({ PORTOLAN_VANTAGE: 'in-cluster' })).state).toBe('ok')
    expect(pathsLine(readConfig({ PORTOLAN_VANTAGE: 'outside' })).state).toBe('remark')
  })
})
