/**
 * `POST /mcp`: one message of MCP over Streamable HTTP. There are no sessions and no streams: each message is answered
 * by a server of its own, on whichever process or isolate it comes to. What is wrong with a request of HTTP is told by
 * a problem, as everywhere; what is wrong with a message, by an error of JSON-RPC.
 *
 * @module
 */
import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { ProblemError } from '../../lib/problem.ts'
import type { ApiContext } from '../route.ts'
import type { Lent } from './ask.ts'
import { createMcpServer, mayCall, REVISIONS, toolNamed } from './server.ts'

/** A message is arguments of a tool, of which manifests are the largest by far. */
const MESSAGE_BYTES_MAX = 1024 * 1024

export function serveMcp(context: ApiContext, lent: Lent): Promise<Response> {
  const limit = Math.min(MESSAGE_BYTES_MAX, context.get('deps').settings.bodyLimitBytes)
  return lent.withBody(
    context,
    ['json'],
    async ({ text }) => {
      const message = parse(text)
      if (message === undefined) {
        return refusedMessage(PARSE_ERROR, 'The body is not JSON.')
      }
      if (Array.isArray(message)) {
        return refusedMessage(
          INVALID_REQUEST,
          'Messages come one by one: batches are of no revision that is spoken here.',
        )
      }
      refuseToolWithoutScope(context, lent, message)
      const { raw } = context.req
      return (await isLegacyRequest(raw, message))
        ? answerLegacy(context, lent, message)
        : answerModern(context, lent, message)
    },
    limit,
  )
}

/** Codes of JSON-RPC 2.0. */
const PARSE_ERROR = -32_700
const INVALID_REQUEST = -32_600

const refusedMessage = (code: number, message: string): Response =>
  Response.json({ jsonrpc: '2.0', id: null, error: { code, message } }, { status: 400 })

/** `undefined`: it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined
    }
    throw error
  }
}

/**
 * A tool that the token's scopes do not allow is refused as the protocol has it, before the message is looked at any
 * further. Such a tool is not listed either.
 *
 * @throws ProblemError `forbidden`
 */
function refuseToolWithoutScope(context: ApiContext, lent: Lent, message: unknown): void {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } | null }
  const tool = method === 'tools/call' ? toolNamed(params?.name) : undefined
  if (tool === undefined || tool.operation === null || mayCall(lent, context.get('principal'), tool)) {
    return
  }
  const scope = lent.scopeOf(tool.operation)
  throw new ProblemError(
    'forbidden',
    `The tool ${tool.name} needs the scope ${scope}, which the token does not have. Send a token with that scope.`,
    { headers: { 'www-authenticate': `Bearer realm="portolan", error="insufficient_scope", scope="${scope}"` } },
  )
}

/** The revision that describes itself in each message. */
const answerModern = (context: ApiContext, lent: Lent, message: unknown): Promise<Response> =>
  createMcpHandler(() => createMcpServer(context, lent), { legacy: 'reject' }).fetch(context.req.raw, {
    parsedBody: message,
  })

const NAMES_NO_REVISION =
  `Say the revision in the header MCP-Protocol-Version: ${REVISIONS.join(' or ')}. ` +
  'Only initialize may leave it out, which negotiates it.'

/** The revision before it, which begins by a handshake; without a session nothing is kept of that. */
async function answerLegacy(context: ApiContext, lent: Lent, message: unknown): Promise<Response> {
  if (!isInitializeRequest(message) && context.req.header('mcp-protocol-version') === undefined) {
    return refusedMessage(INVALID_REQUEST, NAMES_NO_REVISION)
  }
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  const server = createMcpServer(context, lent)
  await server.connect(transport)
  try {
    return await transport.handleRequest(context.req.raw, { parsedBody: message })
  } finally {
    await server.close()
  }
}
