import type { Principal } from '../../record/principal.ts'
import type { ApiContext } from '../route.ts'

/** Holds all of a request that may tell who sends it. */
export type Credential = {
  /** Sent as Bearer, or as the password of Basic where that is taken; null if none was sent. */
  token: string | null
  /** SHA-256 of it, in hexadecimal. */
  digest: string | null
  context: ApiContext
}

/**
 * One way to tell who asks; `null`: it cannot, and the next one is asked. It never says why: all tokens of ours that
 * fail look alike. What is wrong with a token that an issuer has signed is said, since nobody guesses one.
 *
 * @throws ProblemError
 */
export type Way = (credential: Credential) => Promise<Principal | null> | Principal | null
