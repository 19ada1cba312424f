/**
 * The listeners of the hostile world: what they answer are the texts that they are given.
 *
 * @module
 */
import { createAuthority } from '../../support/certificates.ts'
import { startDnsServer } from '../../support/dns-server.ts'
import { type keeper, serve, serveHttp, serveHttp2 } from '../../support/servers.ts'
import { at } from '../payloads.ts'

/** Bytes of a header cannot end it. */
const inHeader = (text: string): string => text.replaceAll(/[\r\n\t]/g, ' ')

export type Ports = Readonly<Record<'web' | 'moved' | 'secure' | 'said' | 'named' | 'dns', number>>

const HEADERS = ['server', 'content-type', 'x-answer']

/** A port for each protocol in which a target has its say. */
export async function hostilePorts(texts: readonly string[], keep: ReturnType<typeof keeper>['keep']): Promise<Ports> {
  const answering = (render: (text: string) => { head: string[]; body: string }) =>
    keep(
      serve((socket) => {
        socket.once('data', (request) => {
          const nth = Number(/^GET \/(\d+)/.exec(String(request))?.[1] ?? 0)
          const { head, body } = render(texts[nth] ?? '')
          const length = `content-length: ${Buffer.byteLength(body)}`
          socket.end(`${[...head.map(inHeader), length].join('\r\n')}\r\n\r\n${body}`)
        })
      }),
    )
  const [first = '', second = '', ...others] = texts
  const authority = await createAuthority(escapedName(at('issuer', first)))
  const tls = await authority.issue({
    subject: `CN=${escapedName(at('subject', second))}`,
    // What has a colon would be taken for an IP address
    altNames: others.filter((text) => !text.includes(':')).map((text) => at('san', text).replaceAll(/[^ -~]/g, '')),
  })
  const answeringCalls = (trailersOf: (text: string) => Record<string, string>) => {
    let calls = 0
    const headersOf = () => ({ 'content-type': 'application/grpc', ...trailersOf(texts[calls++ % texts.length] ?? '') })
    return keep(serveHttp2(() => ({ status: 200, body: '', headers: headersOf() })))
  }
  const ports = {
    web: answering((text) => ({
      head: [`HTTP/1.1 503 ${text}`, ...HEADERS.map((name) => `${name}: ${at('header', text)}`)],
      body: at('body', text),
    })),
    moved: answering((text) => ({ head: ['HTTP/1.1 302 Found', `location: ${at('location', text)}`], body: '' })),
    secure: keep(serve((socket) => socket.end(), { tls })),
    said: answeringCalls((text) => ({
      ...{ 'grpc-status': '13', 'grpc-message': encodeURIComponent(at('grpc-message', text)) },
    })),
    named: answeringCalls((text) => ({ 'grpc-status': at('grpc-status', text).replaceAll(/[^ -~]/g, '') })),
    dns: keep(startDnsServer({ 'txt.example': { TXT: texts.map((text) => at('txt', text)) }, ...aliasesOf(texts) })),
  }
  const started = await Promise.all(Object.entries(ports).map(async ([name, one]) => [name, (await one).port] as const))
  return Object.fromEntries(started) as Ports
}

/** So many names are another's, `alias-0.example` and so on: there is no room for more checks. */
export const ALIASES = 7
/** DNS has 63. */
const LABEL_MAX = 60

const aliasesOf = (texts: readonly string[]) =>
  Object.fromEntries(
    texts.slice(0, ALIASES).flatMap((text, nth) => {
      // A dot ends a label
      const name = `${text.replaceAll(/[^!-~]|\./g, '').slice(0, LABEL_MAX)}.in-cname.example`
      return [
        [`alias-${nth}.example`, { CNAME: name }],
        [name, { A: ['192.0.2.1'] }],
      ]
    }),
  )

/** RFC 4514: what stands for something in a name. */
const escapedName = (text: string): string => text.replaceAll(/[\\,+"<>;=#]/g, '\\$&').replaceAll(/[^ -~]/g, '')

/** An API server that refuses everything, in words of its own. */
export function hostileApiServer(texts: readonly string[]) {
  let answers = 0
  return serveHttp((request, response) => {
    const text = texts[answers++ % texts.length] ?? ''
    response.setHeader('content-type', 'application/json')
    if (request.url === '/version') {
      response.end(JSON.stringify({ major: '1', minor: text, gitVersion: text }))
    } else {
      const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 403, reason: text, message: text }
      response.writeHead(403).end(JSON.stringify(status))
    }
  })
}
