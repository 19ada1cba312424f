/**
 * `portolan/client`: asks a Portolan from anything that has `fetch`: browsers, Node, Workers, Deno, Bun.
 *
 * @module
 */
export { type Client, createClient } from './create-client.ts'
export {
  PortolanError,
  PortolanGateHalt,
  PortolanProblem,
  PortolanUnexpectedAnswer,
  PortolanUnreachable,
  PortolanWaitTimeout,
} from './errors.ts'
export type { Iterators, Methods } from './operations.ts'
export type { ClientClock, ClientOptions, RetryOptions, WaitOptions } from './options.ts'
export type * from './schema.ts'
export type {
  Answer,
  Body,
  CallOptions,
  Format,
  FormatOf,
  Given,
  Input,
  Item,
  JobEvent,
  OperationId,
  Options,
  WithResponse,
} from './types.ts'
