import { networkInterfaces } from 'node:os'

/** The addresses of this machine as they are now. A zone is no part of them. */
export const interfaceAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((of) => of?.map(({ address }) => address.replace(/%.*/, '')) ?? [])
