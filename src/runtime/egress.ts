import { createOwnListeners, NOWHERE, type OwnAddresses } from '../check/own-listener.ts'
import { createPolicy, type Policy } from '../check/policy.ts'
import type { CommonConfig } from './config.ts'

/** Everything that a policy is made of, as data: a thread and a process are handed it. */
export type EgressSettings = Pick<CommonConfig, 'egressAllow' | 'egressDeny'> &
  Partial<Pick<CommonConfig, 'egressDenyPorts'>> & {
    /** The addresses at which this Portolan is reached, which are not dialled; left out if it does not listen. */
    own?: OwnAddresses
  }

/** @param interfaces lists the addresses of this machine. */
export const policyOf = (
  { egressAllow, egressDeny, egressDenyPorts, own = NOWHERE }: EgressSettings,
  interfaces?: () => readonly string[],
): Policy =>
  createPolicy({
    allow: egressAllow,
    deny: egressDeny,
    ...(egressDenyPorts && { denyPorts: egressDenyPorts }),
    own: createOwnListeners(own, interfaces),
  })

/** The part of a configuration that makes a policy. The whole holds secrets. */
export const egressOf = ({ egressAllow, egressDeny, egressDenyPorts, own }: EgressSettings): EgressSettings => ({
  ...{ egressAllow, egressDeny },
  ...(egressDenyPorts && { egressDenyPorts }),
  ...(own && { own }),
})
