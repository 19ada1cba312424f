/**
 * Statuses of gRPC, and what they are where HTTP alone was answered. Pure.
 *
 * @module
 */

/** By number (grpc/doc/statuscodes.md). */
export const GRPC_STATUSES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const
export type GrpcStatus = (typeof GRPC_STATUSES)[number]

/** A number that no status has is `UNKNOWN` to clients (grpc/doc/statuscodes.md). */
export const statusOf = (code: number): GrpcStatus => GRPC_STATUSES[code] ?? 'UNKNOWN'

const OF_HTTP: ReadonlyMap<number, GrpcStatus> = new Map([
  [400, 'INTERNAL'],
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'UNIMPLEMENTED'],
  [429, 'UNAVAILABLE'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'UNAVAILABLE'],
])

/** The status that clients see where an answer has none of its own (grpc/doc/http-grpc-status-mapping.md). */
export const statusOfHttp = (http: number): GrpcStatus => OF_HTTP.get(http) ?? 'UNKNOWN'

/** Statuses that are the server's fault, as HTTP has them from 500 on (google/rpc/code.proto names the HTTP status of each). */
const SERVER_FAULTS: ReadonlySet<GrpcStatus> = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
])

export const isServerFault = (status: GrpcStatus): boolean => SERVER_FAULTS.has(status)
