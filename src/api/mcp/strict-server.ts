import {
  type JSONRPCRequest,
  ProtocolError,
  ProtocolErrorCode,
  type Result,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server'

type Handler = (request: JSONRPCRequest, context: ServerContext) => Promise<Result>

/**
 * A server that tells params which do not fit as faults of the client (-32602), in words. The SDK tells those of most
 * methods as faults of the server (-32603), and of all of them as zod prints them: a text of JSON.
 */
export class StrictServer extends Server {
  protected override _wrapHandler(method: string, handler: Handler): Handler {
    const wrapped = super._wrapHandler(method, handler)
    return async (request, context) => {
      try {
        return await wrapped(request, context)
      } catch (error) {
        const faults = error instanceof Error ? faultsIn(error.message) : null
        if (faults === null) {
          throw error
        }
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `The params of ${method} do not fit: ${faults}`)
      }
    }
  }
}

type Issue = { path: readonly (string | number)[]; message: string }

/**
 * @param message as zod prints what it has found, behind words of the SDK's.
 *
 * @returns `null`: it is of something else.
 */
function faultsIn(message: string): string | null {
  const at = message.indexOf('[\n')
  if (at < 0) {
    return null
  }
  try {
    const issues = JSON.parse(message.slice(at)) as readonly Issue[]
    return issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      return null
    }
    throw error
  }
}
