/**
 * DNS servers that misbehave, over UDP and TCP on one port of loopback: what they send is bytes of their own.
 *
 * @module
 */
import { type Answer, decode, encode, type Packet } from 'dns-packet'
import { listen } from './dns-server.ts'

/** What is sent back to the query that is the nth, from 1; `null`: nothing. */
type Reply = (query: Buffer, nth: number) => Buffer | readonly Buffer[] | null

export async function startOddDns(reply: Reply, { address = '127.0.0.1' }: { address?: string } = {}) {
  const queries: Buffer[] = []
  const repliesTo = (query: Buffer): readonly Buffer[] => {
    queries.push(query)
    return [reply(query, queries.length) ?? []].flat()
  }
  const { udp, port, close } = await listen(address, 0, (socket) => {
    let received = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE()) {
        return
      }
      for (const message of repliesTo(received.subarray(2))) {
        const length = Buffer.alloc(2)
        length.writeUInt16BE(message.length)
        socket.write(Buffer.concat([length, message]))
      }
    })
  })
  udp.on('message', (query, from) => {
    for (const message of repliesTo(query)) {
      udp.send(message, from.port, from.address)
    }
  })
  return { address, port, queries, close }
}

/** The answer to a query, with what is odd about it. */
export function answerTo(query: Buffer, over: Partial<Packet> & { rcode?: number; answers?: Answer[] } = {}): Buffer {
  const { id = 0, questions = [] } = decode(query)
  const { rcode = 0, ...packet } = over
  return encode({ type: 'response', id, questions, ...packet, flags: (packet.flags ?? 0) | rcode })
}

export const ODD = {
  silent: () => null,
  /** An echo server. */
  echo: (query: Buffer) => query,
  garbage: () => Buffer.from('220 toad ESMTP ready, and no DNS at all\r\n'),
  short: (query: Buffer) => query.subarray(0, 4),
  otherId: (query: Buffer) => answerTo(query, { id: ((decode(query).id ?? 0) + 1) & 0xffff }),
  otherQuestion: (query: Buffer) => answerTo(query, { questions: [{ type: 'A', name: 'frog.example' }] }),
  otherType: (query: Buffer) => answerTo(query, { questions: [{ type: 'MX', name: 'toad.example' }] }),
  noQuestion: (query: Buffer) => answerTo(query, { questions: [] }),
  otherOperation: (query: Buffer) => answerTo(query, { flags: 4 << 11 }),
  /** A record that the message is too short for. */
  cut: (query: Buffer) =>
    answerTo(query, { answers: [{ type: 'A', name: 'toad.example', data: '10.0.0.1' }] }).subarray(0, -3),
  /** The same with TC set, which says so. */
  cutAndTruncated: (query: Buffer) =>
    answerTo(query, { flags: 0x0200, answers: [{ type: 'A', name: 'toad.example', data: '10.0.0.1' }] }).subarray(
      0,
      -3,
    ),
  formerr: (query: Buffer) => answerTo(query, { rcode: 1, questions: [] }),
  refused: (query: Buffer) => answerTo(query, { rcode: 5 }),
} satisfies Record<string, Reply>

export type Odd = keyof typeof ODD
