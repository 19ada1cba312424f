import { resolve } from 'node:path'
import type { AccessWarning, ClusterAccess, ServerTrust, TunnelProxy } from './access.ts'
import { ApiError } from './api-error.ts'
import { authoritiesIn, whyNoCertificates } from './authorities.ts'
import type { Fields } from './fields.ts'
import type { Entry } from './kubeconfig-file.ts'

export type ClusterFields = Pick<
  ClusterAccess,
  'server' | 'host' | 'port' | 'basePath' | 'trust' | 'proxy' | 'compression'
> & {
  /** Credentials that stand in the URL of the server. */
  inUrl: { username: string; password: string } | null
  fields: Fields
}

/** Reads a cluster of a kubeconfig; `null`: it is not usable, and why has been noted in its fields. */
export async function readCluster(
  { fields, folder }: Entry,
  name: string,
  warnings: AccessWarning[],
): Promise<ClusterFields | null> {
  const url = urlOf(fields, 'server', ['https:', 'http:'], 'like https://10.0.0.1:6443')
  const proxy = proxyOf(fields)
  if (url === null) {
    return null
  }
  const basePath = url.pathname.replace(/\/+$/, '')
  const server = `${url.protocol}//${url.host}${basePath}`
  const isSecure = url.protocol === 'https:'
  const trust = await trustOf(fields, folder, server)
  if (isSecure && !trust.verify) {
    warnings.push({ event: 'cluster_not_verified', cluster: name, server })
  }
  return {
    server,
    ...hostAndPort(url),
    basePath,
    trust: isSecure ? trust : null,
    proxy,
    compression: !fields.flag('disable-compression'),
    inUrl: userInfo(url),
    fields,
  }
}

async function trustOf(fields: Fields, folder: string, server: string): Promise<ServerTrust> {
  const verify = !fields.flag('insecure-skip-tls-verify')
  const serverName = fields.text('tls-server-name')
  const data = pemOf(fields, 'certificate-authority-data')
  const path = fields.text('certificate-authority')
  if (!verify && (fields.has('certificate-authority-data') || path !== null)) {
    fields.wrong('insecure-skip-tls-verify', 'is true beside a certificate-authority: take one of the two away')
  }
  if (data !== null) {
    const why = whyNoCertificates(data)
    if (why !== null) {
      fields.wrong('certificate-authority-data', `cannot be used: ${why}`)
    }
    return { authorities: () => Promise.resolve(data), verify, serverName }
  }
  if (path === null) {
    return { authorities: () => Promise.resolve(null), verify, serverName }
  }
  const authorities = authoritiesIn(server, resolve(folder, path))
  await authorities().catch((error: unknown) => {
    if (!(error instanceof ApiError)) {
      throw error
    }
    fields.wrong('certificate-authority', `cannot be used: ${error.message.slice(`${server}: `.length)}`)
  })
  return { authorities, verify, serverName }
}

/** The text that a field holds in base64; `null`: the field is absent, or is not that, which has been noted. */
export function pemOf(fields: Fields, field: string): string | null {
  const text = fields.text(field)?.replace(/\s+/g, '') ?? null
  if (text === null) {
    return null
  }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    fields.wrong(field, 'is not base64')
    return null
  }
  return Buffer.from(text, 'base64').toString('utf8')
}

function proxyOf(fields: Fields): TunnelProxy | null {
  if (!fields.has('proxy-url')) {
    return null
  }
  const url = urlOf(fields, 'proxy-url', ['http:', 'https:'], 'like http://proxy.example:3128')
  if (url === null) {
    return null
  }
  const user = userInfo(url)
  const authorization =
    user === null ? null : `Basic ${Buffer.from(`${user.username}:${user.password}`, 'utf8').toString('base64')}`
  return { tls: url.protocol === 'https:', ...hostAndPort(url), authorization, shown: `${url.protocol}//${url.host}` }
}

/** The value is in no message: it may hold a password. */
function urlOf(fields: Fields, field: string, protocols: readonly string[], example: string): URL | null {
  const text = fields.text(field)
  if (text === null) {
    fields.wrong(field, `is missing, expected a URL ${example}`)
    return null
  }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && protocols.includes(url.protocol) && url.hostname !== '') {
    return url
  }
  const scheme = url?.protocol.startsWith('socks') ? ' (SOCKS is not spoken: use a proxy that takes CONNECT)' : ''
  fields.wrong(field, `is no URL ${example}${scheme}`)
  return null
}

const hostAndPort = (url: URL): { host: string; port: number } => ({
  host: url.hostname.replace(/^\[|\]$/g, ''),
  port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
})

const userInfo = ({ username, password }: URL): { username: string; password: string } | null =>
  username === '' && password === '' ? null : { username: decoded(username), password: decoded(password) }

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
