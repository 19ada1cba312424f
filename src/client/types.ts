/** Types of what the methods of a client take and return, derived from the types of the API's document. */
import type { JobHead, JobPath, operations, Result } from './schema.ts'

export type OperationId = keyof operations

/** Options that every call takes besides those of its operation. */
export type CallOptions = {
  /** Ends the call; it then throws the signal's reason. */
  signal?: AbortSignal | undefined
  /** Headers besides those of the client; they win over these. */
  headers?: Readonly<Record<string, string>> | undefined
  /** The answer may take this long, milliseconds, besides the time that it was asked to wait. @default the client's */
  requestTimeoutMs?: number | undefined
}

/** `'true' | 'false'` in the query is also taken as a boolean. */
type Loose<T> = { [K in keyof T]: T[K] | (['true' | 'false'] extends [T[K]] ? boolean : never) | undefined }

type QueryOf<N extends OperationId> = NonNullable<operations[N]['parameters']['query']>
type HeadersOf<N extends OperationId> = NonNullable<operations[N]['parameters']['header']>

/** The formats that an operation has. All but `json` are texts. A page is for browsers, and none of them. */
export type FormatOf<N extends OperationId> =
  QueryOf<N> extends { format?: infer F } ? Exclude<Extract<F, string>, 'html'> : never
export type Format = { [N in OperationId]: FormatOf<N> }[OperationId]

/** Headers that are options of a call, by the name of the option. */
type HeaderOptions = { idempotencyKey: 'idempotency-key'; ifMatch: 'if-match'; lastEventId: 'last-event-id' }
type NamedHeaders<N extends OperationId> = {
  [K in keyof HeaderOptions as HeaderOptions[K] extends keyof HeadersOf<N> ? K : never]?: string | undefined
}

/** The options of a call: the query of its operation by its names, some headers, and {@link CallOptions}. */
export type Options<N extends OperationId, F extends Format = 'json'> = CallOptions &
  NamedHeaders<N> &
  ([QueryOf<N>] extends [never] ? unknown : Loose<Omit<QueryOf<N>, 'format'>>) &
  ('format' extends keyof QueryOf<N> ? { format?: F | undefined } : unknown)

type ContentsOf<B> = B extends { content: infer C } ? C : never
type RequestContents<N extends OperationId> = ContentsOf<NonNullable<operations[N]['requestBody']>>

/** Loosens the type of a request: all may be readonly, and optional fields may be `undefined`, as JSON has neither. */
export type Input<T> = T extends readonly (infer I)[]
  ? readonly Input<I>[]
  : T extends object
    ? { readonly [K in keyof T]: Input<T[K]> | (object extends Pick<T, K> ? undefined : never) }
    : T

/** A body: the JSON document, or, where the operation takes manifests, a text or bytes of YAML or JSON with them. */
export type Body<N extends OperationId> =
  | (RequestContents<N> extends { 'application/json': infer D } ? Input<D> : never)
  | (RequestContents<N> extends { 'application/yaml': string } ? string | Uint8Array : never)
  | (undefined extends operations[N]['requestBody'] ? null : never)

type Answered<N extends OperationId> = operations[N]['responses'][keyof operations[N]['responses'] & (200 | 201 | 202)]
type AnsweredContents<N extends OperationId> = ContentsOf<Answered<N>>
/** The type of an answer unless another format is asked for. */
type DocumentOf<N extends OperationId> = [AnsweredContents<N>] extends [never]
  ? undefined
  : AnsweredContents<N> extends { 'application/json': infer D }
    ? D
    : string

/** The type of an answer: the JSON document of the operation, or a text in any other format. */
export type Answer<N extends OperationId, F extends Format = 'json'> =
  | ('json' extends F ? DocumentOf<N> : never)
  | (Exclude<F, 'json'> extends never ? never : string)

/** An answer with the response that it came in, whose body has been read. */
export type WithResponse<T> = { data: T; response: Response }
export type Given<T, W extends boolean> = W extends true ? WithResponse<T> : T

/** The type of the items of a list. */
export type Item<N extends OperationId> = DocumentOf<N> extends { items: readonly (infer I)[] } ? I : never

/** An event of a job. Give its `id` as `lastEventId` to go on after it. */
export type JobEvent =
  /** A path, when the job is planned, and when its outcome is another. */
  | { event: 'path'; id: null; data: JobPath }
  /** A result; `path` is the id of its path. */
  | { event: 'result'; id: string; data: Result & { path: string } }
  /** The end, after which nothing more comes. */
  | { event: 'done'; id: string; data: JobHead }
