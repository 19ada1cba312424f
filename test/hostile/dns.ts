/** DNS servers of every hostility: asked by a check of theirs over UDP, or for the name of another target. */
import type { Socket } from 'node:net'
import { decode } from 'dns-packet'
import { listen } from '../support/dns-server.ts'
import { answerTo, ODD, type Odd, startOddDns } from '../support/odd-dns.ts'
import { drip, flood } from './over-http.ts'
import type { Started, Target } from './target.ts'

const QUERY = { type: 'dnsQuery', queryName: 'toad.example' } as const

const asked = (odd: Odd, ...codes: Target['codes']): Target => ({
  ...{ name: `DNS over UDP, ${odd}`, codes, check: QUERY, by: 'udp' },
  start: () => startOddDns(ODD[odd]),
})

type Reply = Parameters<typeof startOddDns>[0]

const naming = (name: string, codes: Target['codes'], reply: Reply): Target => ({
  ...{ name: `DNS for a name, ${name}`, codes, by: 'name' },
  start: () => startOddDns(reply),
})

const TRUNCATED = 0x0200
const LOST: Target['codes'] = ['dns_timeout', 'dns_server_failure', 'dns_no_data', 'dns_answer_malformed']

const question = (query: Buffer): string => decode(query).questions?.[0]?.name ?? ''

/** A name that is a pointer to itself. */
function pointingAtItself(query: Buffer): Buffer {
  const answer = answerTo(query, { answers: [{ type: 'A', name: 'toad.example', data: '127.0.0.1' }] })
  const at = answer.length - 'toad.example'.length - 2 - 14
  return Buffer.concat([answer.subarray(0, at), Buffer.from([0xc0, at]), answer.subarray(-14)])
}

/** Over UDP it says that it has more to say; over TCP it does `then`. */
async function truncating(then: (socket: Socket) => void): Promise<Started> {
  const { udp, port, close } = await listen('127.0.0.1', 0, (socket) => {
    socket.once('data', () => then(socket))
  })
  udp.on('message', (query, from) => udp.send(answerTo(query, { flags: TRUNCATED }), from.port, from.address))
  return { port, close }
}

const overTcp = (name: string, codes: Target['codes'], then: (socket: Socket) => void): Target => ({
  ...{ name: `DNS over TCP, ${name}`, codes, by: 'name' },
  start: () => truncating(then),
})

const MANY = 2000

export const DNS: readonly Target[] = [
  asked('silent', 'udp_timeout'),
  asked('echo', 'dns_answer_malformed'),
  asked('garbage', 'dns_answer_malformed', 'dns_answer_wrong_id'),
  asked('short', 'dns_answer_malformed'),
  asked('otherId', 'dns_answer_wrong_id'),
  asked('otherQuestion', 'dns_answer_wrong_question'),
  asked('cut', 'dns_answer_malformed'),
  naming('silent', ['dns_timeout'], () => null),
  naming('garbage', LOST, () => Buffer.from('220 toad ESMTP')),
  // Never the right one, which a thousand guesses would hit once in 65 tries.
  naming('other ids, a thousand of them', LOST, (query) =>
    Array.from({ length: 1000 }, (_, at) =>
      answerTo(query, {
        id: ((decode(query).id ?? 0) + 1 + at) & 0xffff,
        answers: [{ type: 'A', name: question(query), data: '127.0.0.1' }],
      }),
    ),
  ),
  naming('an alias that leads in a circle', [...LOST, 'dns_not_found'], (query) => {
    const name = question(query)
    const next = name === 'toad.example' ? 'frog.example' : 'toad.example'
    return answerTo(query, {
      answers: [
        { type: 'CNAME', name, data: next },
        { type: 'CNAME', name: next, data: name },
      ],
    })
  }),
  naming('aliases without end', [...LOST, 'dns_not_found'], (query) => {
    const name = question(query)
    return answerTo(query, { answers: [{ type: 'CNAME', name, data: `a${name.length > 200 ? '' : name}` }] })
  }),
  naming('a name that points at itself', LOST, pointingAtItself),
  naming('2,000 addresses that nobody may dial', [...LOST, 'blocked_by_policy'], (query) =>
    answerTo(query, {
      answers: Array.from(
        { length: MANY },
        (_, at) => ({ type: 'A', name: question(query), data: `10.0.${at >> 8}.${at & 255}` }) as const,
      ),
    }),
  ),
  overTcp('silent', LOST, () => undefined),
  overTcp('drips its answer', LOST, (socket) => drip(socket, `\x7f\xff${'a'.repeat(100)}`)),
  overTcp('floods', LOST, (socket) => flood(socket, 'ribbit')),
  overTcp('resets', LOST, (socket) => socket.resetAndDestroy()),
  overTcp('truncated there too', LOST, (socket) =>
    flood(socket, Buffer.from([0, 12, 0, 0, 0x82, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
  ),
]
