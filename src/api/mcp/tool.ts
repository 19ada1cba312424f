import type { z } from 'zod'
import type { Asset } from '../deps.ts'
import type { Ask, OperationId } from './ask.ts'
import type { Field } from './fields.ts'

/** What a tool may use, and nothing else. */
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
  /** The operation whose scope it needs; `null`: none, whoever is known may call it. */
  operation: OperationId | null
  input: z.ZodObject
  /** What it shows of what `call` has found. */
  output: Field
  /** It makes something; left out: it only reads. */
  acts?: true
  /** @param input parsed by `input`. */
  call(hands: Hands, input: never): Promise<unknown>
  /** What is read in place of an outline. */
  text?(found: never): string
}

/** Declares a tool; the parameter of `call` has the type of `input`. */
export const defineTool = <S extends z.ZodObject>(
  tool: Omit<Tool, 'input' | 'call'> & { input: S; call(hands: Hands, input: z.output<S>): Promise<unknown> },
): Tool => tool
