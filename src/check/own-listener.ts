/**
 * Portolan's own listeners, which it never dials: whoever can have it connect anywhere could else speak to its API from
 * the address of the server, and have it ask itself without end.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'
import { formsOf, type Ip } from '../lib/ip-forms.ts'

type At = { address: string; port: number }

/** The addresses at which this Portolan is reached, as data, so that its threads and processes can be handed them. */
export type OwnAddresses = {
  /** The process listens at these, as the system says. */
  listeners: readonly At[]
  /** The Services that lead to it have these. */
  fronts: readonly At[]
  /** An origin, without a path. */
  publicUrl: string | null
}

export type OwnListeners = {
  isAt(address: string, port: number): boolean
  /**
   * Tells whether a name, as a client asks for it, is Portolan's own. It is judged as a name: the address that a public
   * name leads to is often a router's, which leads to everything else as well.
   */
  isNamed(host: string, port: number): boolean
}

export const NOWHERE: OwnAddresses = { listeners: [], fronts: [], publicUrl: null }

/**
 * @param own read anew at each question: a port is known only when it is listened on.
 * @param interfaces lists the addresses of this machine, each of which leads to a listener on the wildcard address.
 */
export function createOwnListeners(own: OwnAddresses, interfaces: () => readonly string[] = () => []): OwnListeners {
  const isListener = (form: Ip, bound: Ip): boolean => {
    // The system takes a connection to the unspecified address for one to loopback
    const isHere = form.range() === 'loopback' || form.range() === 'unspecified'
    if (bound.range() !== 'unspecified') {
      return isSame(form, bound) || (form.range() === 'unspecified' && bound.range() === 'loopback')
    }
    return isHere || interfaces().some((each) => ipaddr.isValid(each) && isSame(form, ipaddr.process(each)))
  }
  const named = hostOf(own.publicUrl)
  return {
    isAt(address, port) {
      const listeners = own.listeners.filter((each) => each.port === port)
      const fronts = [...own.fronts, ...(named === null ? [] : [named])].filter((each) => each.port === port)
      if ((listeners.length === 0 && fronts.length === 0) || !ipaddr.isValid(address)) {
        return false
      }
      return formsOf(ipaddr.process(address)).some(
        (form) =>
          listeners.some((each) => ipaddr.isValid(each.address) && isListener(form, ipaddr.process(each.address))) ||
          fronts.some((each) => ipaddr.isValid(each.address) && isSame(form, ipaddr.process(each.address))),
      )
    },
    isNamed(host, port) {
      return named !== null && bare(host) === named.address && (port === named.port || bothUsual(port, named.port))
    },
  }
}

/** A zone is no part of where an address leads. */
const isSame = (left: Ip, right: Ip): boolean =>
  left.kind() === right.kind() && String(left.toByteArray()) === String(right.toByteArray())

const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[|\]$/g, '')

function hostOf(origin: string | null): At | null {
  if (origin === null || !URL.canParse(origin)) {
    return null
  }
  const { hostname, port, protocol } = new URL(origin)
  return { address: bare(hostname), port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) }
}

const USUAL: readonly number[] = [80, 443]
/** Whoever serves a name over HTTPS serves it over HTTP as well, if only to send people on. */
const bothUsual = (left: number, right: number): boolean => USUAL.includes(left) && USUAL.includes(right)
