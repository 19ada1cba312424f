import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CompareDocument } from '../../../src/report/compare/document.ts'
import { type Authority, createAuthority } from '../../support/certificates.ts'
import { at, differencesOf, HOST, ingress, service } from '../../support/compare.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { read } from '../../support/read.ts'
import { keeper, refusedPort, serveHttp } from '../../support/servers.ts'

const { keep, closeAll } = keeper()
let api: TestPortolan
let authority: Authority

beforeAll(async () => {
  api = await keep(startTestPortolan())
  authority = await createAuthority()
})
afterAll(closeAll)

const secured = (name: string) => ingress(name, ['/'], { tls: true })

/** Compares what two servers answer to https. */
async function compared(left: Parameters<typeof at>[0], right: Parameters<typeof at>[0]) {
  const document = await read<CompareDocument>(
    api.call('/v1/compare?wait=20', {
      json: {
        target: { manifests: [service, secured('old'), secured('new')] },
        left: { kind: 'Ingress', name: 'old', addresses: at(left) },
        right: { kind: 'Ingress', name: 'new', addresses: at(right) },
      },
    }),
  )
  return { ...document, requests: document.requests.filter(({ scheme }) => scheme === 'https') }
}

const server = async (options: Parameters<Authority['issue']>[0]) =>
  keep(serveHttp((_request, response) => response.end('shop'), { tls: await authority.issue(options) }))

const END = Date.parse('2027-03-01T00:00:00Z')

it('compares subject, issuer, names, end and trust of certificates', async () => {
  const old = await server({ subject: 'CN=old', altNames: [HOST, 'www.shop.example'], notAfterMs: END })
  const other = await server({ subject: 'CN=new', altNames: [HOST], notAfterMs: END + 86_400_000 })
  expect(differencesOf(await compared(old, other)).map(({ field, left, right }) => [field, left, right])).toEqual([
    ['certificate subject', 'CN=old', 'CN=new'],
    ['certificate names', 'shop.example, www.shop.example', 'shop.example'],
    ['certificate expires', '2027-03-01T00:00:00.000Z', '2027-03-02T00:00:00.000Z'],
  ])
})

it('finds nothing where both show the same certificate, and answer alike', async () => {
  const tls = await authority.issue({ altNames: [HOST] })
  const one = () => keep(serveHttp((_request, response) => response.end('shop'), { tls }))
  expect(differencesOf(await compared(await one(), await one()))).toEqual([])
})

it('passes two sides of which neither takes plain HTTP beside https, which nothing promises', async () => {
  const tls = await authority.issue({ altNames: [HOST] })
  const one = () => keep(serveHttp((_request, response) => response.end('shop'), { tls }))
  const noHttp = await refusedPort()
  const side = ({ address, port }: Awaited<ReturnType<typeof one>>) => ({
    ingressController: [address],
    controllerPorts: { http: noHttp, https: port },
  })
  const document = await read<CompareDocument>(
    api.call('/v1/compare?wait=20', {
      json: {
        target: { manifests: [service, secured('old'), secured('new')] },
        left: { kind: 'Ingress', name: 'old', addresses: side(await one()) },
        right: { kind: 'Ingress', name: 'new', addresses: side(await one()) },
      },
    }),
  )
  expect([document.verdict, document.summary.alike]).toEqual(['pass', 2])
})

it('finds a side that breaks the handshake of a host which the other serves', async () => {
  const old = await server({ altNames: [HOST] })
  const plain = await keep(serveHttp((_request, response) => response.end('shop')))
  const { requests } = await compared(old, plain)
  expect(
    requests.map(({ outcome, differences }) => [outcome, differences.map(({ kind, left }) => [kind, left])]),
  ).toEqual([['different', [['connection', 'status 200']]]])
})
