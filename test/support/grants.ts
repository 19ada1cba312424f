import fc from 'fast-check'
import { type Principal, SCOPES } from '../../src/record/principal.ts'
import type { Grant } from '../../src/record/token.ts'

/** Small worlds, so that what two have in common is as likely as what one lacks. */
const NAMESPACES = ['shop', 'pond', 'sea']
const CLUSTERS = ['east', 'west']
const RANGES = ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3/32', '::ffff:10.1.0.0/112', '0.0.0.0/0', 'fd00::/8', '::/0']
const INSTANTS = [1_000, 2_000, 3_000]
const LIMITS = [1, 10, 100]

const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 })
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null, freq: 2 })
const limit = orNull(fc.constantFrom(...LIMITS))

/** Any token that could be asked for. */
export const anyGrant: fc.Arbitrary<Grant> = fc.record({
  scopes: some(SCOPES),
  namespaces: orNull(some(NAMESPACES)),
  clusters: orNull(some(CLUSTERS)),
  manifests: fc.boolean(),
  egressOnly: orNull(some(RANGES)),
  rateLimit: orNull(
    fc.record({ requestsPerMinute: limit, jobsUnderWay: limit, triesPerMinute: limit }, { noNullPrototype: true }),
  ),
  expiresAtMs: orNull(fc.constantFrom(...INSTANTS)),
})

/** Anybody who could ask for one. */
export const anyGiver: fc.Arbitrary<Principal> = anyGrant.map(({ scopes, ...bounds }) => ({
  ...bounds,
  ...{ id: 'giver', scopes: new Set(scopes) },
}))

/** Addresses at the edges of those ranges. */
const ADDRESSES = [
  '10.0.0.0',
  '10.1.0.0',
  '10.1.2.3',
  '10.1.255.255',
  '10.255.255.255',
  '9.9.9.9',
  'fd00::1',
  '2001::1',
]

/** What there is to be had in that world, piece by piece: what a holder may do is a set of these. */
export const WORLD = {
  namespaces: NAMESPACES,
  clusters: CLUSTERS,
  addresses: ADDRESSES,
  instants: INSTANTS,
  limits: LIMITS,
}
