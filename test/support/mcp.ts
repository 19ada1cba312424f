/** Asks `/mcp`, with the client library of the protocol's authors and without it. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { TestPortolan } from './portolan.ts'

export const MODERN = '2026-07-28'
export const BEFORE = '2025-11-25'
export const REVISIONS = [MODERN, BEFORE] as const
export type Revision = (typeof REVISIONS)[number]

/** A client that has found the server, in one revision of the protocol. */
export async function connectMcp(api: TestPortolan, token: string, revision: Revision = MODERN): Promise<Client> {
  const client = new Client(
    { name: 'tests', version: '1' },
    revision === MODERN
      ? { versionNegotiation: { mode: { pin: revision } } }
      : { versionNegotiation: { mode: 'legacy' }, supportedProtocolVersions: [revision] },
  )
  const headers = { authorization: `Bearer ${token}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${api.url}/mcp`), { requestInit: { headers } }))
  return client
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientInfo': { name: 'tests', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** A request of the newest revision, with all headers that it needs. */
export function modernRequest(method: string, params: Record<string, unknown> = {}) {
  const named = params.name ?? params.uri
  return {
    headers: {
      'mcp-protocol-version': MODERN,
      'mcp-method': method,
      ...(typeof named === 'string' && { 'mcp-name': named }),
    },
    body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: ENVELOPE } },
  }
}

/** Sends a body as it is, with what every request has. */
export const postMcp = (
  api: Pick<TestPortolan, 'url'>,
  body: unknown,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<Response> =>
  fetch(`${api.url}/mcp`, {
    method,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    ...(method !== 'GET' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })

export type ToolAnswer = { text: string; structured: Record<string, unknown>; isError: boolean }

/** Calls a tool. The client library checks structured content against the tool's schema, once it has the list. */
export async function callTool(client: Client, name: string, given: Record<string, unknown> = {}): Promise<ToolAnswer> {
  const { content, structuredContent, isError = false } = await client.callTool({ name, arguments: given })
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n')
  return { text, structured: (structuredContent ?? {}) as Record<string, unknown>, isError }
}

/** What is left of an answer without its quotations: nothing of it may be a target's. */
export function outsideQuotations({ text, structured }: ToolAnswer): string {
  const [, open = '', close = ''] =
    /between (<untrusted-[0-9a-f]{10}>) and (<\/untrusted-[0-9a-f]{10}>)/.exec(text) ?? []
  const [legend = '', ...lines] = text.split('\n')
  const parts =
    open === ''
      ? [text]
      : lines
          .join('\n')
          .split(open)
          .map((part, at) => (at === 0 ? part : after(part, close)))
  return `${open === '' ? '' : legend}${parts.join('')}\n${JSON.stringify(withoutQuotations(structured))}`
}

function after(part: string, close: string): string {
  const at = part.indexOf(close)
  if (at < 0) {
    throw new Error(`a quotation has no end: ${part.slice(0, 200)}`)
  }
  return part.slice(at + close.length)
}

function withoutQuotations(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutQuotations)
  }
  if (typeof value !== 'object' || value === null) {
    return value
  }
  const keys = Object.keys(value)
  return keys.length === 1 && keys[0] === 'untrusted'
    ? null
    : Object.fromEntries(Object.entries(value).map(([key, held]) => [key, withoutQuotations(held)]))
}
