/**
 * A DNS server before the true one, which tells some of its answers otherwise. A program of its own, in the network
 * namespace of cluster DNS: `node liar.ts JSON`. Asked over UDP on port 5300; the true one is asked on loopback.
 *
 * @module
 */
import { createSocket } from 'node:dgram'
import { decode, encode, RECURSION_DESIRED } from 'dns-packet'

/** A lie gives an answer another code or keeps it back, every time or once in so many. */
export type Lie = {
  /** Only for questions of that type; all. */
  type?: string
  /** Only for names that end so. */
  under?: string
  answer: 'REFUSED' | 'SERVFAIL' | 'NXDOMAIN' | 'silence'
  /** Only every so manieth. */
  every?: number
}

const RCODES = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const
const { type, under = '', answer, every = 1 }: Lie = JSON.parse(process.argv[2] ?? '{}')
let met = 0

const server = createSocket('udp4')
server.on('message', (message, client) => {
  const { id, questions = [] } = decode(message)
  const [question] = questions
  const name = question?.name ?? ''
  const isMeant = (type === undefined || question?.type === type) && name.toLowerCase().endsWith(under)
  if (isMeant && ++met % every === 0) {
    if (answer === 'silence') {
      return
    }
    const said = encode({ type: 'response', id, flags: RECURSION_DESIRED | RCODES[answer], questions })
    server.send(said, client.port, client.address)
    return
  }
  const asker = createSocket('udp4')
  asker.once('message', (truth) => {
    server.send(truth, client.port, client.address)
    asker.close()
  })
  asker.send(message, 53, '127.0.0.1')
  setTimeout(() => {
    try {
      asker.close()
    } catch {
      // It was answered.
    }
  }, 2000).unref()
})
server.bind(5300, () => process.stderr.write('lying\n'))
