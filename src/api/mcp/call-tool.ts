import type { CallToolResult } from '@modelcontextprotocol/server'
import { PROBLEMS, type ProblemCode, ProblemError } from '../../lib/problem.ts'
import type { ApiContext } from '../route.ts'
import type { Lent } from './ask.ts'
import { docsUri, each, made, number, object, ourText, quoted, word } from './fields.ts'
import { Refused } from './refused.ts'
import { textOf } from './text.ts'
import type { Hands, Tool } from './tool.ts'

/** Calls a tool. What it is refused is a result that says so, so that a model can ask otherwise. */
export async function callTool(
  context: ApiContext,
  tool: Tool,
  given: Record<string, unknown>,
  { askAs, detailsOf }: Lent,
): Promise<CallToolResult> {
  const { deps, requestId } = context.var
  const hands: Hands = { ask: askAs(context), asset: deps.asset }
  const begun = deps.clock.monotonic()
  const tell = (refused: string | null) =>
    deps.log.info('mcp_tool', {
      requestId,
      tool: tool.name,
      refused,
      durationMs: Math.round((deps.clock.monotonic() - begun) * 10) / 10,
    })
  try {
    const found = tool.output.show(await tool.call(hands, argumentsOf(tool, given, detailsOf)), null)
    tell(null)
    return {
      content: [{ type: 'text', text: tool.text ? tool.text(found as never) : textOf(found) }],
      structuredContent: found as Record<string, unknown>,
    }
  } catch (cause) {
    const problem = cause instanceof Refused ? cause.problem : cause instanceof ProblemError ? cause : null
    if (problem === null) {
      throw cause
    }
    tell(problem.code)
    return {
      content: [{ type: 'text', text: textOf(refusal.show({ ...problem, title: titleOf(problem.code) }, null)) }],
      isError: true,
    }
  }
}

function argumentsOf(tool: Tool, given: Record<string, unknown>, detailsOf: Lent['detailsOf']): never {
  const parsed = tool.input.safeParse(given, { reportInput: true })
  if (!parsed.success) {
    throw new ProblemError('invalid_request', 'The arguments do not fit; see errors.', {
      errors: detailsOf(parsed.error, tool.input),
    })
  }
  return parsed.data as never
}

type Problem = Refused['problem']

const titleOf = (code: string): string | undefined => PROBLEMS[code as ProblemCode]?.[1]

/** A refusal may quote what was sent, and that may be of somebody else. */
const refusal = object({
  refused: made(({ code }: Problem) => code, word),
  status: number,
  title: ourText,
  detail: quoted(2000),
  errors: each(object({ pointer: quoted(300), object: quoted(300), field: quoted(300), detail: quoted(1000) }), 20),
  docs: made(({ code }: Problem) => `portolan://docs/errors/${code}`, docsUri),
})
