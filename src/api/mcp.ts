import { ProblemError } from '../lib/problem.ts'
import { LENT } from './mcp/ask.ts'
import type * as serve from './mcp/serve.ts'
import type { Api, ApiContext } from './route.ts'

/**
 * `/mcp`: Portolan's answers as tools for programs that a model drives (Model Context Protocol). It is no part of the
 * API that `openapi.yaml` describes: its messages are those of JSON-RPC, which clients of MCP know. Any token opens it;
 * each tool then asks an operation of the API on behalf of the token. What speaks the protocol is loaded by its first
 * message, so that a server which nobody asks so pays nothing for it.
 */
export function mountMcp(app: Api): void {
  app.all('/mcp', async (context: ApiContext, next) => {
    if (context.get('deps').loadMcp === undefined) {
      throw new ProblemError('not_found', 'This server does not speak MCP: PORTOLAN_MCP is off.')
    }
    await next()
  })
  app.post('/mcp', async (context: ApiContext, next) => {
    const loaded = (await context.get('deps').loadMcp?.()) as Loaded | undefined
    return loaded === undefined ? next() : loaded.serveMcp(context, LENT)
  })
}

/** Names only the export that is used, as the type of the whole module would lead back to this one. */
type Loaded = Pick<typeof serve, 'serveMcp'>
