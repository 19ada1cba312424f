/**
 * Row D4 of the trials of safety: whatever certificate a peer shows, a try ends with evidence and a verdict on the peer,
 * never as an error of ours. Odd ones made by a library, then mutations of their bytes, by seed.
 */
import type { webcrypto } from 'node:crypto'
import type { Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
// The x509 library's dependency injection needs it
import 'reflect-metadata'
import {
  cryptoProvider,
  type Extension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TlsEvidence } from '../../src/check/network.ts'
import { type ServerCertificate, toPem } from '../support/certificates.ts'
import { openNetwork, type TestNetwork } from '../support/network.ts'
import { keeper, serve, serveHttp } from '../support/servers.ts'
import { httpTo, tcpTo, tlsBy } from './requests.ts'

cryptoProvider.set(crypto)

let network: TestNetwork
const { keep, closeAll } = keeper()
beforeAll(async () => {
  network = await openNetwork()
})
afterAll(() => Promise.all([network.close(), closeAll()]))

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const RSA = { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
type Algorithm = typeof EC | typeof RSA | { name: string }

type Odd = {
  name?: string
  algorithm?: Algorithm
  notAfter?: Date
  serialNumber?: string
  extensions?: Extension[]
}

const alt = (...names: ConstructorParameters<typeof SubjectAlternativeNameExtension>[0][]) =>
  names.map((each) => new SubjectAlternativeNameExtension(each))

async function made({ name = '', algorithm = EC, extensions = [], ...rest }: Odd) {
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...{ name, keys, signingAlgorithm: { ...algorithm, saltLength: 32 }, extensions },
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: rest.notAfter ?? new Date(Date.now() + 86_400_000),
    ...(rest.serialNumber !== undefined && { serialNumber: rest.serialNumber }),
  })
  return { certificate, pem: await toPem(certificate, keys.privateKey) }
}

const secure = (tls: ServerCertificate) => keep(serveHttp((_message, response) => void response.end('ok'), { tls }))

/** A server that lets the client start TLS by saying so first. */
const startsTls = (tls: ServerCertificate) =>
  keep(
    serve((socket) => {
      socket.write('ready\r\n')
      socket.once('data', () => {
        socket.write('go ahead\r\n')
        const secured = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(tls) })
        secured.on('error', () => socket.destroy())
      })
    }),
  )

const ODD: readonly [string, Odd, Partial<TlsEvidence>][] = [
  [
    'an empty subject',
    { extensions: alt([{ type: 'dns', value: 'toad.example' }]) },
    { subject: null, issuer: null, altNames: ['toad.example'] },
  ],
  ['neither subject nor names', {}, { subject: null, issuer: null, altNames: [] }],
  ['a name alone', { name: 'CN=toad.example' }, { subject: 'CN=toad.example', altNames: [] }],
  ['a name beyond ASCII', { name: 'CN=Kröte 🐸, O=Teich' }, { subject: 'CN=Kröte 🐸, O=Teich' }],
  [
    'names of other kinds',
    {
      extensions: alt([
        { type: 'ip', value: '10.0.0.1' },
        { type: 'ip', value: 'fd00::1' },
        { type: 'url', value: 'spiffe://pond/toad' },
        { type: 'email', value: 'a@toad.example' },
      ]),
    },
    { altNames: ['10.0.0.1', 'FD00:0:0:0:0:0:0:1', 'URI:spiffe://pond/toad', 'email:a@toad.example'] },
  ],
  ['a comma and a line end in a name', { extensions: alt([{ type: 'url', value: 'http://a, DNS:b\nc' }]) }, {}],
  ['an end in the year 9999', { notAfter: new Date('9999-12-31T23:59:59Z') }, { notAfter: '9999-12-31T23:59:59.000Z' }],
  ['a negative serial number', { serialNumber: 'ff01' }, {}],
  ['a serial number of 40 bytes', { serialNumber: '7f'.repeat(40) }, {}],
  ['a long name', { name: `CN=${'x'.repeat(60)}, O=${'y'.repeat(5000)}` }, { subject: expect.stringMatching(/…$/) }],
  [
    'a thousand names',
    {
      extensions: alt(Array.from({ length: 1000 }, (_, at) => ({ type: 'dns' as const, value: `toad-${at}.example` }))),
    },
    { altNames: expect.objectContaining({ length: 100 }) },
  ],
  ['a key of another curve', { algorithm: { ...EC, namedCurve: 'P-521' } }, { subject: null }],
  ['a key of Ed25519', { algorithm: { name: 'Ed25519' } }, {}],
  ['a key of RSA-PSS', { algorithm: RSA }, {}],
]

describe('a certificate with', () => {
  it.each(ODD)('%s is evidence, and what it says not is null', async (_what, odd, expected) => {
    const { pem } = await made(odd)
    const tls = tlsBy(null, { verify: false, wantsExpiry: true })
    const server = await secure(pem)
    const start = await startsTls(pem)
    const steps = [
      { expect: 'ready$', send: 'go\r\n' },
      { expect: 'go ahead$', startTls: tls },
    ]
    const exchanges = [
      await network.http(httpTo(server, { tls })),
      await network.http(httpTo(server, { tls: { ...tls, verify: true } })),
      await network.tcp(tcpTo(server, { tls })),
      await network.tcp(tcpTo(start, { steps })),
    ]
    for (const { failure } of exchanges) {
      expect(failure?.code).not.toBe('internal')
      expect([undefined, 'tls']).toContain(failure?.phase)
    }
    for (const { tls: shown } of exchanges) {
      if (shown?.notAfter) {
        expect(shown).toMatchObject(expected)
      }
    }
  })
})

/** Says hello as TLS 1.2 does, and shows these bytes for a certificate (RFC 5246 7.4). */
function shows(der: Uint8Array): (socket: Socket) => void {
  const sized = (bytes: number, body: Buffer): Buffer => {
    const length = Buffer.alloc(bytes)
    length.writeUIntBE(body.length, 0, bytes)
    return Buffer.concat([length, body])
  }
  const message = (type: number, body: Buffer) => Buffer.concat([Buffer.of(type), sized(3, body)])
  const hello = message(2, Buffer.concat([Buffer.of(3, 3), Buffer.alloc(32, 7), Buffer.of(0, 0xc0, 0x2b, 0)]))
  const shown = message(11, sized(3, sized(3, Buffer.from(der))))
  const record = (body: Buffer) => Buffer.concat([Buffer.of(22, 3, 3), sized(2, body)])
  return (socket) => {
    socket.once('data', () => {
      socket.write(record(hello))
      for (let at = 0; at < shown.length; at += 16_000) {
        socket.write(record(shown.subarray(at, at + 16_000)))
      }
      socket.end()
    })
  }
}

const SEED = 20_261_130

/** mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

it('whatever its bytes are, ends no try as an error of ours', async () => {
  const random = randomFrom(SEED)
  const pick = (below: number) => Math.floor(random() * below)
  const originals = await Promise.all([
    made({ extensions: alt([{ type: 'dns', value: 'toad.example' }]) }),
    made({ name: 'CN=toad' }),
  ])
  const mutated = Array.from({ length: 120 }, () => {
    const der = new Uint8Array(originals[pick(originals.length)]?.certificate.rawData ?? new ArrayBuffer(0))
    for (let changes = 1 + pick(4); changes > 0; changes--) {
      der[pick(der.length)] = pick(256)
    }
    return random() < 0.1 ? der.subarray(0, pick(der.length)) : der
  })
  // Dates that are none, and a version of the future, where the bytes are known
  const known = [
    ...mutated,
    ...originals.flatMap(({ certificate }) => [
      withBytes(certificate, /\d{12}Z/, '991399999999Z'),
      withBytes(certificate, '\xa0\x03\x02\x01\x02', '\xa0\x03\x02\x01\x7f'),
    ]),
  ]
  const codes = await Promise.all(
    known.map(async (der, at) => {
      const server = await keep(serve(shows(der)))
      const tls = tlsBy(null, { verify: at % 2 === 0 })
      const { failure } =
        at % 3 === 0 ? await network.tcp(tcpTo(server, { tls })) : await network.http(httpTo(server, { tls }))
      return [at, failure?.code, failure?.phase]
    }),
  )
  expect(codes.filter(([, code, phase]) => code === undefined || code === 'internal' || phase !== 'tls')).toEqual([])
})

function withBytes(certificate: X509Certificate, from: RegExp | string, to: string): Uint8Array {
  const text = Buffer.from(certificate.rawData).toString('latin1').replace(from, to).replace(from, to)
  return Buffer.from(text, 'latin1')
}
