import type { Principal } from '../record/principal.ts'
import type { Asking, Quota } from './request-limits.ts'
import type { ApiContext } from './route.ts'

/**
 * Counts a request for its principal, and keeps how the caller stands, for the fields of the answer.
 *
 * @param principal `null`: nobody known.
 * @param besides other quotas to tell.
 * @throws ProblemError `too_many_requests`
 */
export async function countRequest(
  context: ApiContext,
  principal: Principal | null,
  besides: readonly Quota[] = [],
): Promise<void> {
  const quotas = await context.get('limits').count(askingOf(context), principal)
  context.set('quotas', [...quotas, ...besides])
}

/**
 * To be asked before a token is looked at.
 *
 * @returns how the address stands with its guesses.
 * @throws ProblemError `too_many_requests`
 */
export const countGuess = (context: ApiContext, digest: string): Quota[] =>
  context.get('limits').guess(askingOf(context), digest)

/** To be told when a token was known. */
export const wasNoGuess = (context: ApiContext, digest: string): void =>
  context.get('limits').right(askingOf(context), digest)

const askingOf = (context: ApiContext): Asking => ({
  path: context.req.path,
  clientAddress: context.get('clientAddress'),
})
