import { type Answer, type DecodedPacket, decode, encode, RECURSION_DESIRED, type RecordType } from 'dns-packet'
import type { Failure } from '../../check/codes.ts'
import { failure } from '../../check/failure.ts'
import {
  type DnsEvidence,
  type DnsQueryExchange,
  type DnsQueryRequest,
  type Exchange,
  noAnswerFrom,
} from '../../check/network.ts'
import { hostPort } from '../../lib/address.ts'

export type DnsAsked = Pick<DnsQueryRequest, 'name' | 'type' | 'recursionDesired'> & { id: number }

/** The query as it is sent over UDP (RFC 1035 4.1). No EDNS: stub resolvers of pods send none either. */
export const dnsQuery = ({ id, name, type, recursionDesired }: DnsAsked): Buffer =>
  encode({
    type: 'query',
    id,
    flags: recursionDesired ? RECURSION_DESIRED : 0,
    questions: [{ name, type: type as RecordType }],
  })

/** Holds what an answer tells. `records` are lines of a zone file. */
export type DnsTold = Pick<DnsEvidence, 'rcode' | 'answers' | 'cname' | 'ttl' | 'truncated'> & {
  records: readonly string[]
}

const HEADER_BYTES = 12
/** Bits of the flags, and the part that says which operation it is: 0 for a query (RFC 1035 4.1.1). */
const [IS_RESPONSE, OPCODE, TRUNCATED] = [0x8000, 0x7800, 0x0200]

/** Records that are kept as evidence, and characters of one. */
const ANSWERS_MAX = 32
const ANSWER_MAX = 512

/** @returns the answer, or why it is none to this question. */
export function readDnsAnswer(message: Buffer, asked: DnsAsked): DnsTold | Failure {
  if (message.length < HEADER_BYTES) {
    return malformed(`${message.length} bytes are less than a header`)
  }
  const flags = message.readUInt16BE(2)
  const truncated = (flags & TRUNCATED) !== 0
  const packet = parse(message, truncated)
  if (packet === null) {
    return malformed('it ends in the middle of a record, or has a name that cannot be read')
  }
  if ((flags & IS_RESPONSE) === 0) {
    return malformed('it is a query, not an answer')
  }
  if ((flags & OPCODE) !== 0) {
    return malformed('it answers another operation than a query')
  }
  if (message.readUInt16BE(0) !== asked.id) {
    return failure('dns_answer_wrong_id', 'response')
  }
  if (!isToQuestion(packet, asked)) {
    return failure('dns_answer_wrong_question', 'response')
  }
  const records = packet.answers ?? []
  const own = records.filter(({ type }) => type === asked.type || asked.type === 'ANY')
  const ttls = own.flatMap((record) => ('ttl' in record && record.ttl !== undefined ? [record.ttl] : []))
  const alias = records.find(({ type }) => type === 'CNAME')
  return {
    rcode: rcodeOf(packet),
    answers: own.slice(0, ANSWERS_MAX).map((record) => dataOf(record).slice(0, ANSWER_MAX)),
    cname: alias ? dataOf(alias).slice(0, ANSWER_MAX) : null,
    ttl: ttls.length > 0 ? Math.min(...ttls) : null,
    ...(truncated && { truncated }),
    records: records.map(lineOf),
  }
}

const malformed = (why: string): Failure =>
  failure('dns_answer_malformed', 'response', `what came back is no DNS answer that can be read: ${why}`)

/** A truncated answer may end anywhere (RFC 2181 9): then its records are not read. `null`: it cannot be read. */
function parse(message: Buffer, truncated: boolean): DecodedPacket | null {
  try {
    if (isWhole(message)) {
      return decode(message)
    }
  } catch {
    // A name or a record that cannot be read
  }
  return truncated ? parse(withoutRecords(message), false) : null
}

/** The library reads on behind the end of a message, so its lengths are added up before (RFC 1035 4.1). */
function isWhole(message: Buffer): boolean {
  let at = HEADER_BYTES
  const [questions = 0, ...records] = [4, 6, 8, 10].map((offset) => message.readUInt16BE(offset))
  for (let left = questions; left > 0 && at <= message.length; left--) {
    at = behindName(message, at) + QUESTION_BYTES
  }
  for (let left = records.reduce((sum, count) => sum + count, 0); left > 0 && at <= message.length; left--) {
    const data = behindName(message, at) + RECORD_BYTES
    at = data <= message.length ? data + message.readUInt16BE(data - LENGTH_BYTES) : data
  }
  return at <= message.length
}

/** Type and class; with a time to live and the length of the data. */
const [QUESTION_BYTES, RECORD_BYTES, LENGTH_BYTES] = [4, 10, 2]

/** A name ends with an empty label, or with a pointer to one that came before (RFC 1035 4.1.4). */
function behindName(message: Buffer, start: number): number {
  let at = start
  for (let length = message[at]; length !== undefined; length = message[at]) {
    if (length === 0) {
      return at + 1
    }
    if (length >= POINTER) {
      return at + 2
    }
    at += 1 + length
  }
  return Number.POSITIVE_INFINITY
}

const POINTER = 0xc0

function withoutRecords(message: Buffer): Buffer {
  const head = Buffer.from(message)
  head.fill(0, 6, HEADER_BYTES)
  return head
}

/** A server that did not understand or take the question need not repeat it. */
function isToQuestion(packet: DecodedPacket, { name, type }: DnsAsked): boolean {
  const [question, ...more] = packet.questions ?? []
  if (question === undefined) {
    const rcode = rcodeOf(packet)
    return rcode !== 'NOERROR' && rcode !== 'NXDOMAIN'
  }
  const isClassIn = question.class === undefined || question.class === 'IN'
  return more.length === 0 && isClassIn && question.type === type && plain(question.name) === plain(name)
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '')

export const rcodeOf = (packet: DecodedPacket): string => ('rcode' in packet ? String(packet.rcode) : 'NOERROR')

/** The data of a record as a zone file has it, without final dots (RFC 1035 5.1). */
export const dataOf = (record: Answer): string => textOf(record, '')

/** A record as a line of a zone file, names with their final dots. */
function lineOf(record: Answer): string {
  const ttl = 'ttl' in record ? (record.ttl ?? 0) : 0
  const of = 'class' in record ? (record.class ?? 'IN') : 'IN'
  return [dotted(record.name, '.'), ttl, of, record.type, textOf(record, '.')].join('\t')
}

const dotted = (name: string, dot: string): string => (dot === '' ? name : `${plain(name) === '' ? '' : name}${dot}`)

function textOf(record: Answer, dot: string): string {
  switch (record.type) {
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = record.data
      return `${priority} ${weight} ${port} ${dotted(target, dot)}`
    }
    case 'MX':
      return `${record.data.preference ?? 0} ${dotted(record.data.exchange, dot)}`
    case 'SOA': {
      const { mname, rname, serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0 } = record.data
      return [dotted(mname, dot), dotted(rname, dot), serial, refresh, retry, expire, minimum].join(' ')
    }
    case 'CAA':
      return `${record.data.flags ?? 0} ${record.data.tag} ${quoted(record.data.value)}`
    case 'NAPTR': {
      const { order, preference, flags, services, regexp, replacement } = record.data
      return `${order} ${preference} ${[flags, services, regexp].map(quoted).join(' ')} ${dotted(replacement, dot)}`
    }
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
      return dotted(record.data, dot)
    case 'DS': {
      const { keyTag, algorithm, digestType, digest } = record.data
      return `${keyTag} ${algorithm} ${digestType} ${digest.toString('hex').toUpperCase()}`
    }
    case 'DNSKEY':
      return `${record.data.flags} 3 ${record.data.algorithm} ${record.data.key.toString('base64')}`
    case 'TXT':
      return [record.data]
        .flat()
        .map((text) => quoted(String(text)))
        .join(' ')
    default:
      return 'data' in record ? other(record.data) : ''
  }
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`

/** Bytes as RFC 3597 5 writes those of types that are not known. */
function other(data: unknown): string {
  if (typeof data === 'string') {
    return data
  }
  return data instanceof Uint8Array
    ? `\\# ${data.length} ${Buffer.from(data).toString('hex')}`
    : (JSON.stringify(data) ?? '')
}

/**
 * The exchange with what the answer told.
 *
 * @param told `null`: none came, and the exchange says why.
 */
export function dnsExchange(
  exchange: Exchange,
  { name, type, transport, address, port }: DnsQueryRequest,
  told: DnsTold | Failure | null,
  resent = 0,
): DnsQueryExchange {
  const dns: DnsEvidence = {
    ...noAnswerFrom(hostPort(address, port, ''), name, type),
    transport,
    ...(resent > 0 && { resent }),
  }
  if (told === null || 'code' in told) {
    return { ...exchange, failure: exchange.failure ?? told, dns, records: [] }
  }
  const { records, ...answer } = told
  return { ...exchange, dns: { ...dns, ...answer }, records }
}
