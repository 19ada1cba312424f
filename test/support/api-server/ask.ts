/**
 * Asks an API server by Node's own HTTP, so that what a test sees is what was sent.
 *
 * @module
 */
import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'

export type Asking = {
  method?: string
  headers?: Record<string, string>
  body?: unknown
  token?: string
  /** PEM texts of a client certificate. */
  certificate?: { cert: string; key: string }
}

export type Answer = {
  status: number
  headers: IncomingHttpHeaders
  bytes: Buffer
  text: string
  /** The parsed body, or `undefined` where it is no JSON. */
  body: unknown
  /** The parsed lines of a watch. */
  readonly lines: { type: string; object: Record<string, unknown> }[]
}

/** The server to ask. */
export type Asked = { url: string; caPem: string }

/** Asks and reads the whole answer. @throws the connection's error, if it breaks first */
export async function ask(server: Asked, path: string, asking: Asking = {}): Promise<Answer> {
  return readWhole(await begin(server, path, asking))
}

/** Reads the rest of an answer that has begun. @throws the connection's error, if it breaks first */
export async function readWhole(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) {
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  const text = bytes.toString()
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    bytes,
    text,
    body: parsed(text),
    get lines() {
      return text
        .split('\n')
        .map(parsed)
        .filter((line) => line !== undefined) as Answer['lines']
    },
  }
}

/** Asks, and gives the answer as soon as its headers are there. */
export function begin(server: Asked, path: string, asking: Asking = {}): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body, token, certificate } = asking
  const send = server.url.startsWith('https:') ? secureRequest : plainRequest
  return new Promise((resolve, reject) => {
    const request = send(
      `${server.url}${path}`,
      {
        method,
        agent: false,
        ca: server.caPem,
        ...certificate,
        headers: {
          accept: 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      resolve,
    )
    request.on('error', reject)
    request.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
