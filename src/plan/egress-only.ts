/**
 * Keeps what is asked for to the addresses that whoever asked is narrowed to (`egressOnly` of a token). What is asked for
 * carries them, so that a job goes on under them whoever runs it, and so do the runs of a schedule. Pure.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'
import { areAllIn, commonRanges, rangeOf } from '../lib/ip-forms.ts'
import type { Plan, PlannedPath } from './path.ts'
import type { JobRequest } from './request.ts'

/** The name of the narrowing, in tokens and in the API. */
export const EGRESS_ONLY = 'egressOnly'

/**
 * Narrows a request to CIDRs. One that was narrowed before stays so: it keeps what both allow.
 *
 * @param egressOnly `null`: nothing narrows whoever asks.
 */
export function narrowTo<R extends Pick<JobRequest, 'egressOnly'>>(
  request: R,
  egressOnly: readonly string[] | null,
): R {
  if (egressOnly === null) {
    return request
  }
  const before = request.egressOnly
  return { ...request, egressOnly: before === undefined ? egressOnly : commonRanges(before, egressOnly) }
}

/**
 * Skips every path whose address is known to lie outside. Names are judged by what they resolve to, before each dial.
 *
 * @param egressOnly CIDRs; `undefined`: nothing narrows the request.
 */
export function keepWithin<P extends Pick<Plan, 'paths'>>(plan: P, egressOnly: readonly string[] | undefined): P {
  if (egressOnly === undefined) {
    return plan
  }
  const ranges = egressOnly.map(rangeOf)
  const paths = plan.paths.map((path): PlannedPath => {
    const { skipped, address, family } = path
    if (skipped !== null || address === null || family === null || areAllIn(ipaddr.parse(address), ranges)) {
      return path
    }
    return { ...path, skipped: { reason: 'policy', detail: `${address} is outside ${EGRESS_ONLY}` } }
  })
  return { ...plan, paths }
}

/**
 * Skips what leads to Portolan itself: every path of a port of the Service behind which one of its own listeners
 * stands, because nobody can tell beforehand which pod would answer.
 */
export function keepOffOwn<P extends Pick<Plan, 'paths'>>(
  plan: P,
  isOwn: (address: string, port: number) => boolean,
): P {
  const own = plan.paths.filter(
    ({ address, addressPort, family }) =>
      address !== null && family !== null && addressPort !== null && isOwn(address, addressPort),
  )
  if (own.length === 0) {
    return plan
  }
  const ports = new Set(own.map(portOf))
  const paths = plan.paths.map((path): PlannedPath => {
    const isDialled = path.address !== null && path.dns === null
    return path.skipped === null && isDialled && ports.has(portOf(path))
      ? { ...path, skipped: { reason: 'policy', detail: OWN_DETAIL } }
      : path
  })
  return { ...plan, paths }
}

const OWN_DETAIL = "it leads to Portolan's own listener, which is never dialled"

const portOf = ({ port }: PlannedPath): string => JSON.stringify(port)
