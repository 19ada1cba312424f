import type { z } from 'zod'
import type { Asset } from '../deps.ts'
import type { Ask, OperationId } from './ask.ts'
import type { Field } from './fields.ts'

/** Holds all that a tool may use: it cannot reach the store or the network in another way. */
export type Hands = {
  ask: Ask
  /** Reads a page of the documentation. */
  asset(path: string): Promise<Asset | null>
}

export type Tool = {
  /** Lower case with `_`; it does not change. */
  name: string
  title: string
  /** For a model that chooses among tools. */
  description: string
  /** The operation whose scope it needs; null if every known caller may call it. */
  operation: OperationId | null
  input: z.ZodObject
  /** Declares what is shown of the result of `call`. */
  output: Field
  /** Set if it makes something; left out if it only reads. */
  acts?: true
  /** @param input parsed by `input`. */
  call(hands: Hands, input: never): Promise<unknown>
  /** Returns the text of the answer, in place of an outline of its fields. */
  text?(found: never): string
}

/** Declares a tool; the parameter of `call` has the type of `input`. */
export const defineTool = <S extends z.ZodObject>(
  tool: Omit<Tool, 'input' | 'call'> & { input: S; call(hands: Hands, input: z.output<S>): Promise<unknown> },
): Tool => tool
