/**
 * A page is a client of the API in the same process: it knows what its reader's token may know, and its numbers are
 * those of the API, as the same handlers answer.
 *
 * @module
 */
import { mountRoutes } from '../api/app.ts'
import { askInside, createInside } from '../api/inside.ts'
import type { Api, ApiContext } from '../api/route.ts'
import { type Client, createClient } from '../client/create-client.ts'

let inside: Api | null = null

/** Asks the API on behalf of whoever asks for the page. Its refusals are thrown as `PortolanProblem`. */
export function ask(context: ApiContext): Client {
  return createClient({
    baseUrl: 'http://portolan.invalid',
    fetch: (request) => {
      inside ??= createInside(mountRoutes)
      return askInside(inside, context, request)
    },
    signal: context.req.raw.signal,
    // Nothing is between the page and the API that another attempt would get past
    retry: { limit: 0 },
  })
}
