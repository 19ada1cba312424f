import { connect } from 'node:net'
import { type DecodedPacket, decode, encode, RECURSION_DESIRED } from 'dns-packet'
import type { Failure } from '../../check/codes.ts'
import { codeOf, failureOf } from '../../check/failure.ts'
import type { DnsEvidence, DnsType, Lookup, LookupRequest, Resolution, ResolveRequest } from '../../check/network.ts'
import { noAnswerFrom } from '../../check/network.ts'
import type { Family } from '../../kube/objects.ts'
import { serverOf } from '../../lib/address.ts'
import { since } from '../socket/attempt.ts'
import { dataOf, rcodeOf } from '../socket/dns-message.ts'

/** Codes of the failure table for an answer without records (RFC 1035 4.1.1). */
const CODES: Readonly<Record<string, string>> = {
  NOERROR: 'ENODATA',
  NXDOMAIN: 'ENOTFOUND',
  SERVFAIL: 'ESERVFAIL',
  REFUSED: 'EREFUSED',
  FORMERR: 'EFORMERR',
  NOTIMP: 'ENOTIMP',
}

/** One question, one answer. Rejects with a code where none came that can be read. */
type Ask = (query: Uint8Array, signal: AbortSignal) => Promise<DecodedPacket>

/** Questions are asked over HTTPS (RFC 8484), or over TCP (RFC 7766) where servers are named. */
export type Ways = { overHttps: Ask; overTcp(server: string): Ask; httpsServer: string }

/** @param endpoint URL that speaks DNS over HTTPS. */
export const waysOf = (endpoint: string): Ways => ({
  overHttps: askOverHttps(endpoint),
  overTcp: askOverTcp,
  httpsServer: new URL(endpoint).host,
})

/** Asks DNS for this very name. */
export async function resolveName(ways: Ways, request: ResolveRequest): Promise<Resolution> {
  const { name, type, timeoutMs, signal } = request
  const startedAt = performance.now()
  const server = request.server ?? ways.httpsServer
  const ask = request.server === null ? ways.overHttps : ways.overTcp(request.server)
  const end = (failure: Failure | null, found: Partial<DnsEvidence> = {}): Resolution => ({
    evidence: { ...noAnswerFrom(server, name, type), ...found },
    durationMs: since(startedAt),
    failure,
  })
  const query = questionOf(name, type)
  if (query === null) {
    return end(failureOf('EBADNAME', 'dns'))
  }
  if (signal.aborted) {
    return end({ ...(signal.reason as Failure), phase: 'dns' })
  }
  const timeUp = AbortSignal.timeout(Math.ceil(timeoutMs))
  try {
    const { failure, ...found } = read(await ask(query, AbortSignal.any([signal, timeUp])), type)
    return end(failure, found)
  } catch (error) {
    if (signal.aborted) {
      return end({ ...(signal.reason as Failure), phase: 'dns' })
    }
    return end(failureOf(timeUp.aborted ? 'ETIMEOUT' : saidOr(error, 'UNSAID'), 'dns', error))
  }
}

/** Looks a name up as applications outside a cluster do: both families of the very name, without a search list. */
export async function lookupName(ways: Ways, request: LookupRequest): Promise<Lookup> {
  const { name, family, timeoutMs, signal } = request
  const startedAt = performance.now()
  const families: readonly Family[] = family === null ? ['IPv4', 'IPv6'] : [family]
  const found = await Promise.all(
    families.map(async (of) => {
      const type = of === 'IPv4' ? 'A' : 'AAAA'
      return { of, ...(await resolveName(ways, { name, type, server: null, timeoutMs, signal })) }
    }),
  )
  const addresses = found.flatMap(({ of, evidence }) => evidence.answers.map((address) => ({ address, family: of })))
  const failures = found.flatMap(({ failure }) => failure ?? [])
  // That a name has no AAAA record says nothing where another question failed
  const told = failures.find(({ code }) => code !== 'dns_no_data') ?? failures[0] ?? null
  return { addresses, durationMs: since(startedAt), failure: addresses.length > 0 ? null : told }
}

function read(packet: DecodedPacket, type: DnsType): Partial<DnsEvidence> & { failure: Failure | null } {
  const rcode = rcodeOf(packet)
  const records = packet.answers ?? []
  const own = records.filter((record) => record.type === type)
  const alias = records.find((record) => record.type === 'CNAME')
  const ttls = own.flatMap((record) => ('ttl' in record && record.ttl !== undefined ? [record.ttl] : []))
  const failed = rcode !== 'NOERROR' || own.length === 0
  return {
    rcode,
    answers: own.map(dataOf),
    cname: alias ? dataOf(alias) : null,
    ttl: ttls.length > 0 ? Math.min(...ttls) : null,
    failure: failed ? failureOf(CODES[rcode] ?? 'EBADRESP', 'dns') : null,
  }
}

/** `null`: the name cannot be asked for (a label over 63 bytes, an empty label). */
function questionOf(name: string, type: DnsType): Uint8Array | null {
  const labels = name.replace(/\.$/, '').split('.')
  if (name.length > 254 || labels.some((label) => label === '' || label.length > 63)) {
    return null
  }
  // RFC 8484 4.1: an id of 0, so that equal questions are equal
  return encode({ type: 'query', id: 0, flags: RECURSION_DESIRED, questions: [{ type, name: labels.join('.') }] })
}

const askOverHttps =
  (endpoint: string): Ask =>
  async (query, signal) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/dns-message', accept: 'application/dns-message' },
      body: query,
      redirect: 'manual',
      signal,
    })
    const bytes = await response.arrayBuffer()
    if (response.status !== 200) {
      throw unreadable(`status ${response.status}`)
    }
    return parse(Buffer.from(bytes))
  }

const askOverTcp =
  (server: string): Ask =>
  (query, signal) =>
    new Promise((resolve, reject) => {
      const { address, port } = serverOf(server) ?? { address: server, port: null }
      const socket = connect({ host: address, port: port ?? 53 })
      let received = Buffer.alloc(0)
      const settle = (how: () => void) => {
        signal.removeEventListener('abort', abort)
        socket.destroy()
        how()
      }
      const fail = (error: unknown) => settle(() => reject(error))
      const abort = () => fail(signal.reason)
      signal.addEventListener('abort', abort)
      socket.on('error', fail)
      socket.on('end', () => fail(unreadable('closed')))
      socket.on('connect', () => {
        // RFC 1035 4.2.2: two bytes of length come first
        const length = Buffer.alloc(2)
        length.writeUInt16BE(query.length)
        socket.write(Buffer.concat([length, query]))
      })
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk])
        if (received.length < 2 || received.length < 2 + received.readUInt16BE()) {
          return
        }
        const message = received.subarray(2, 2 + received.readUInt16BE())
        settle(() => {
          try {
            resolve(parse(message))
          } catch (error) {
            reject(error)
          }
        })
      })
    })

const unreadable = (why: string, cause?: unknown): Error =>
  Object.assign(new Error(`no DNS answer: ${why}`, { cause }), { code: 'EBADRESP' })

function parse(message: Buffer): DecodedPacket {
  try {
    return decode(message)
  } catch (cause) {
    throw unreadable('not a message', cause)
  }
}

const saidOr = (error: unknown, unsaid: string): string => {
  const code = codeOf(error)
  return code === 'UNKNOWN' ? unsaid : code
}
