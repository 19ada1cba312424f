import { createSocket } from 'node:dgram'
import { isIP } from 'node:net'
import { performance } from 'node:perf_hooks'
import { beyondVantage, codeOf } from '../../check/failure.ts'
import type { Exchange } from '../../check/network.ts'

/** Routes come and go while a process lives (CNI, VPN). */
const KNOWN_MS = 5000
const KNOWN_MAX = 1024

/** The kernel's words for: nothing here leads there. An unreachable route that somebody has set is not among them. */
const NO_ROUTE: ReadonlySet<string> = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETDOWN'])

/** Failures that come at once where there is no route, and may also come from further away, or be for want of ports. */
const SUSPECT: ReadonlySet<string> = new Set(['network_unreachable', 'local_resources_exhausted'])

export type Routes = {
  /** Why nothing there can be reached, as far as it was found out a moment ago; `null`: it may be. */
  cannotReach(address: string): string | null
  /**
   * An exchange that failed for want of a route is none of the target's doing: a prober without IPv6, or with addresses
   * of its own link or site alone, cannot tell. Asked only after a failure, so that a try that works costs nothing
   * more.
   */
  explain<T extends Exchange>(exchange: T): T | Promise<T>
}

/** @param hasRoute asks the kernel about this very address: addresses of interfaces say nothing of where they lead. */
export function createRoutes(hasRoute: (address: string) => Promise<boolean> = kernelHasRoute): Routes {
  const known = new Map<string, number>()
  const reason = (address: string): string => `the prober has no route to ${address}`
  return {
    cannotReach(address) {
      const until = known.get(address)
      if (until === undefined) {
        return null
      }
      if (until > performance.now()) {
        return reason(address)
      }
      known.delete(address)
      return null
    },
    explain(exchange) {
      const { failure, resolvedAddress: address } = exchange
      if (failure?.phase !== 'connect' || address === null || !SUSPECT.has(failure.code)) {
        return exchange
      }
      return hasRoute(address).then((is) => {
        if (is) {
          return exchange
        }
        if (known.size >= KNOWN_MAX) {
          known.clear()
        }
        known.set(address, performance.now() + KNOWN_MS)
        return { ...exchange, failure: beyondVantage('network_unreachable', 'connect', reason(address)) }
      })
    },
  }
}

/** Connecting a datagram socket looks the route up, and sends nothing (connect(2), udp(7)). */
function kernelHasRoute(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4')
    // An error is told to whoever asked, not emitted
    socket.connect(9, address, (error?: unknown) => {
      socket.close()
      resolve(error === undefined || error === null || !NO_ROUTE.has(codeOf(error)))
    })
  })
}
