/**
 * A server of gRPC by the library that most Node servers use, with its own implementation of the health protocol. It has
 * no reflection.
 *
 * @module
 */
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { HealthImplementation, type ServingStatusMap } from 'grpc-health-check'
import type { ServerCertificate } from './certificates.ts'

type Answer = Partial<Pick<ServiceError, 'code' | 'details'>> & { trailers?: Readonly<Record<string, string>> }

export type GrpcServerOptions = {
  /** By service; `null`: it has no health service. */
  health?: ServingStatusMap | null
  /** What `/toad.Pond/{method}` answers: an error, bytes, or a stream that does not end. */
  methods?: Readonly<Record<string, Answer | 'bytes' | 'stream' | 'never'>>
  tls?: ServerCertificate
  address?: string
  port?: number
}

export type GrpcServer = {
  address: string
  port: number
  /** The metadata of each call of `/toad.Pond/…`, in their order. */
  calls: { method: string; metadata: Record<string, unknown>; deadline: number | Date }[]
  setStatus(service: string, status: ServingStatusMap[string]): void
  close(): Promise<void>
}

export async function serveGrpc({
  health: statuses = { '': 'SERVING' },
  methods = {},
  tls,
  address = '127.0.0.1',
  port = 0,
}: GrpcServerOptions = {}): Promise<GrpcServer> {
  const server = new Server()
  const health = new HealthImplementation(statuses ?? {})
  if (statuses !== null) {
    health.addToServer(server)
  }
  const calls: GrpcServer['calls'] = []
  if (Object.keys(methods).length > 0) {
    server.addService(definitionOf(methods), implementationOf(methods, calls))
  }
  const credentials = tls
    ? ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }])
    : ServerCredentials.createInsecure()
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${address}:${port}`, credentials, (error, at) => (error ? reject(error) : resolve(at))),
  )
  return {
    address,
    port: bound,
    calls,
    setStatus: (service, to) => health.setStatus(service, to),
    close: async () => server.forceShutdown(),
  }
}

const bytes = (value: Buffer): Buffer => value

const definitionOf = (methods: NonNullable<GrpcServerOptions['methods']>): ServiceDefinition =>
  Object.fromEntries(
    Object.keys(methods).map((name) => [
      name,
      {
        path: `/toad.Pond/${name}`,
        requestStream: false,
        responseStream: methods[name] === 'stream',
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    ]),
  )

const implementationOf = (methods: NonNullable<GrpcServerOptions['methods']>, calls: GrpcServer['calls']) =>
  Object.fromEntries(
    Object.entries(methods).map(([method, answer]) => {
      const note = (call: { metadata: Metadata; getDeadline(): number | Date }) =>
        calls.push({ method, metadata: call.metadata.getMap(), deadline: call.getDeadline() })
      if (answer === 'stream') {
        const stream: handleServerStreamingCall<Buffer, Buffer> = (call) => {
          note(call)
          call.write(Buffer.from('one'))
        }
        return [method, stream]
      }
      const unary: handleUnaryCall<Buffer, Buffer> = (call, callback) => {
        note(call)
        if (answer === 'never') {
          return
        }
        if (answer === 'bytes') {
          return callback(null, Buffer.from('answer'))
        }
        const metadata = new Metadata()
        for (const [name, value] of Object.entries(answer.trailers ?? {})) {
          metadata.set(name, value)
        }
        callback({ code: answer.code ?? status.UNKNOWN, details: answer.details ?? '', metadata })
      }
      return [method, unary]
    }),
  )
