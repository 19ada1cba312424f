/** Reads what a form has sent, and asks the API on its behalf. */
import { withBody } from '../../api/body.ts'
import type { ApiContext } from '../../api/route.ts'
import { PortolanProblem } from '../../client/errors.ts'
import type { FieldErrors } from './field.tsx'

/** Holds what was typed and ticked, by the names of the fields. */
export type Form = {
  /** Returns one value, with `\n` for line ends; empty if the field was not sent. */
  text(name: string): string
  all(name: string): string[]
  has(name: string): boolean
}

/** @throws ProblemError if the body is no form, or larger than this server takes. */
export const readForm = (context: ApiContext): Promise<Form> =>
  withBody(context, ['form'], async ({ text }) => {
    const sent = new URLSearchParams(text)
    return {
      text: (name) => (sent.get(name) ?? '').replaceAll('\r\n', '\n'),
      all: (name) => sent.getAll(name),
      has: (name) => sent.has(name),
    }
  })

/** Why the API has not taken a form. */
export type Refusal = { status: number; code: string; detail: string; errors: FieldErrors }

/** Asks the API; its refusal is a value, to be shown beside what was typed. */
export async function orRefusal<T>(
  act: () => Promise<T>,
): Promise<{ done: T } | { refusal: Refusal; error: PortolanProblem }> {
  try {
    return { done: await act() }
  } catch (error) {
    if (!(error instanceof PortolanProblem)) {
      throw error
    }
    const { status, code, detail, errors } = error
    return { refusal: { status, code, detail, errors }, error }
  }
}
