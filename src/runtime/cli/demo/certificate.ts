/**
 * A certificate for the demonstration, written as DER (ITU-T X.690) by the few lines that two certificates of fixed
 * form take: a library that can do more is a tenth of the bundle.
 *
 * @module
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { ServerCertificate } from './ingress-controller.ts'

const DAY_MS = 86_400_000

/** Object identifiers, in DER. */
const OID = {
  commonName: '0603550403',
  ecdsaWithSha256: '06082a8648ce3d040302',
  basicConstraints: '0603551d13',
  subjectAltName: '0603551d11',
} as const
const TRUE = '0101ff'

/** A certificate for `hosts`, good for a day, and the authority (PEM) that it is to be checked against. */
export function issueCertificate(hosts: readonly string[]): ServerCertificate & { ca: string } {
  const authority = { name: 'Portolan demonstration CA', ...newKeys() }
  const server = { name: hosts[0] ?? 'demonstration', ...newKeys() }
  const names = hosts.map((host) => der(0x82, Buffer.from(host)))
  return {
    ca: certificate(authority, authority, [OID.basicConstraints, TRUE, octets(sequence(TRUE))]),
    cert: certificate(server, authority, [OID.subjectAltName, octets(sequence(...names))]),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

type Party = { name: string; publicKey: KeyObject; privateKey: KeyObject }

const newKeys = (): Omit<Party, 'name'> => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { publicKey, privateKey }
}

type Der = Buffer | (typeof OID)[keyof typeof OID] | typeof TRUE

/** RFC 5280 4.1: version 3, of one extension. */
function certificate(subject: Party, issuer: Party, extension: readonly Der[]): string {
  const algorithm = sequence(OID.ecdsaWithSha256)
  // The first bit must be 0, for the number is not to be negative
  const serial = randomBytes(16).map((byte, at) => (at === 0 ? (byte & 0x7f) | 0x40 : byte))
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.from(serial)),
    algorithm,
    nameOf(issuer),
    sequence(utcTime(Date.now() - DAY_MS), utcTime(Date.now() + DAY_MS)),
    nameOf(subject),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(...extension))),
  )
  const signature = der(0x03, Buffer.of(0), sign('sha256', toBeSigned, issuer.privateKey))
  const lines =
    sequence(toBeSigned, algorithm, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

const nameOf = ({ name }: Party): Buffer => sequence(der(0x31, sequence(OID.commonName, der(0x0c, Buffer.from(name)))))

const utcTime = (atMs: number): Buffer =>
  der(0x17, Buffer.from(new Date(atMs).toISOString().replace(/^..|[-:T]|\.\d+/g, '')))

const sequence = (...parts: readonly Der[]): Buffer => der(0x30, ...parts)
const octets = (...parts: readonly Der[]): Buffer => der(0x04, ...parts)

function der(tag: number, ...parts: readonly Der[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)))
  const { length } = content
  const lengthOctets = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...lengthOctets), content])
}
