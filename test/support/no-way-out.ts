/**
 * A place from which no packet gets anywhere, and in which those that try are counted: what is run behind
 * `scripts/namespaces.ts` and `no-way-out.sh`.
 *
 * @module
 */
import { createSocket } from 'node:dgram'
import { readFileSync, readlinkSync } from 'node:fs'

/** The end of the cable that all routes lead to. */
const WAY_OUT = 'out0'
/** Loopback, and both ends of the cable. */
const DEVICES = ['lo', 'out0', 'out1']
/** Of documentation (RFC 5737): nobody has it. */
const NOBODY = '198.51.100.1'

/** `/proc/net/dev`, by device: what has been sent through it. It is that of this process's namespace. */
function sent(): Map<string, number> {
  const rows = readFileSync('/proc/net/dev', 'utf8').split('\n').slice(2)
  return new Map(
    rows.flatMap((row) => {
      const [name = '', counts = ''] = row.trim().split(/:\s*/)
      return name === '' ? [] : [[name, Number(counts.split(/\s+/)[9])] as const]
    }),
  )
}

/** @throws Error where this process does not stand in a namespace of `no-way-out.sh`. */
export function assertNoWayOut(): void {
  const devices = [...sent().keys()].toSorted()
  const own = readlinkSync('/proc/self/ns/net')
  if (own !== process.env.TEST_NETNS || devices.join() !== DEVICES.toSorted().join()) {
    throw new Error(
      `this network namespace has ${devices.join(', ')}, and packets could leave it: start it with npm run, which makes its own`,
    )
  }
}

/** Packets that were sent to any address but this namespace's own, since it was made. */
export function packetsOut(): number {
  assertNoWayOut()
  const count = sent().get(WAY_OUT)
  if (count === undefined || Number.isNaN(count)) {
    throw new Error(`/proc/net/dev does not tell what was sent through ${WAY_OUT}`)
  }
  return count
}

/**
 * Sends a packet to nobody and sees that it is counted: a counter that cannot count would always say 0.
 *
 * @returns what to take from later counts.
 */
export async function countedOnce(): Promise<number> {
  const before = packetsOut()
  const socket = createSocket('udp4')
  await new Promise<void>((resolve, reject) =>
    socket.send('toad', 9, NOBODY, (error) => (error ? reject(error) : resolve())),
  )
  socket.close()
  const after = packetsOut()
  if (after !== before + 1) {
    throw new Error(`a packet was sent to ${NOBODY}, and ${after - before} were counted`)
  }
  return after
}
