import { resolve } from 'node:path'
import type { Clock } from '../../../lib/clock.ts'
import type { Credentials, Presented } from './access.ts'
import { whyUnreadable } from './api-error.ts'
import { type Pair, whyNoPair } from './client-certificate.ts'
import { basic, bearer, combined, fixedCredentials, isToken, tokenFileCredentials } from './credentials.ts'
import { execCredentials } from './exec-credentials.ts'
import type { Fields } from './fields.ts'
import { createFileText } from './file-text.ts'
import { type ClusterFields, pemOf } from './kubeconfig-cluster.ts'
import { readExec } from './kubeconfig-exec.ts'
import type { Entry } from './kubeconfig-file.ts'

export type ExecLimits = {
  clock?: Clock
  /** Milliseconds after which a plugin is ended. */
  execMs?: number
}

/** Removed from client-go in 1.26; each has a plugin in its place. */
const PLUGINS: Readonly<Record<string, string>> = {
  gcp: 'gke-gcloud-auth-plugin (gcloud container clusters get-credentials writes it)',
  azure: 'kubelogin (kubelogin convert-kubeconfig writes it)',
  oidc: 'kubectl oidc-login (github.com/int128/kubelogin)',
}

/** Reads a user of a kubeconfig; `null`: it is not usable, and why has been noted in its fields. */
export async function readUser(
  user: Entry | null,
  cluster: ClusterFields | null,
  limits: ExecLimits,
): Promise<Credentials | null> {
  const server = cluster?.server ?? ''
  const inUrl = cluster?.inUrl ?? null
  if (user === null) {
    return fixedCredentials(inUrl === null ? undefined : basic(inUrl.username, inUrl.password))
  }
  const { fields, folder } = user
  refuseAuthProvider(fields)
  const certificate = await certificateOf(fields, folder)
  const more = impersonation(fields)
  const main = await mainOf(user, server, cluster, limits, inUrl)
  return combined(main, certificate, more)
}

/** A token counts more than a plugin, as in client-go; a password beside a token is a mistake, as there. */
async function mainOf(
  { fields, folder }: Entry,
  server: string,
  cluster: ClusterFields | null,
  limits: ExecLimits,
  inUrl: ClusterFields['inUrl'],
): Promise<Credentials> {
  const token = tokenOf(fields)
  const path = fields.text('tokenFile')
  const username = fields.text('username')
  const password = fields.text('password')
  if ((token !== null || path !== null) && (username !== null || password !== null)) {
    fields.wrong('username', 'stands beside a token: take one of the two away')
  }
  if (path !== null) {
    const file = resolve(folder, path)
    const readable = await createFileText(file)
      .read()
      .then(
        () => null,
        (error: unknown) => whyUnreadable(error),
      )
    if (readable !== null && token === null) {
      fields.wrong('tokenFile', `cannot be used: ${file}: ${readable}`)
    }
    return tokenFileCredentials(server, file, token)
  }
  if (token !== null) {
    return fixedCredentials(bearer(token))
  }
  if (username !== null || password !== null) {
    return fixedCredentials(basic(username ?? '', password ?? ''))
  }
  const plugin = readExec(fields, folder, cluster)
  if (plugin !== null) {
    return execCredentials(server, plugin, limits)
  }
  return fixedCredentials(inUrl === null ? undefined : basic(inUrl.username, inUrl.password))
}

function tokenOf(fields: Fields): string | null {
  const token = fields.text('token')?.trim() || null
  if (token !== null && !isToken(token)) {
    fields.wrong('token', 'holds more than visible characters: is it cut, or wrapped over lines?')
  }
  return token
}

function refuseAuthProvider(fields: Fields): void {
  const provider = fields.object('auth-provider')
  if (provider !== null) {
    const name = provider.text('name') ?? ''
    const plugin = Object.hasOwn(PLUGINS, name) ? PLUGINS[name] : 'the plugin of its vendor'
    fields.wrong('auth-provider', `is no longer part of Kubernetes (since 1.26): use exec with ${plugin}`)
  }
}

/** Certificate and key, each as data or as the path of a file that is read again when it changes; data counts more. */
async function certificateOf(fields: Fields, folder: string): Promise<() => Promise<Pair | null>> {
  const cert = pemSource(fields, folder, 'client-certificate')
  const key = pemSource(fields, folder, 'client-key')
  if (cert === null && key === null) {
    return () => Promise.resolve(null)
  }
  if (cert === null || key === null) {
    const absent = cert === null ? 'client-certificate' : 'client-key'
    const present = (cert ?? key)?.field ?? absent
    if (!fields.has(absent) && !fields.has(`${absent}-data`)) {
      fields.wrong(present, `has no ${absent} beside it: give both, or neither`)
    }
    return () => Promise.resolve(null)
  }
  const read = async (): Promise<Pair> => ({ cert: await cert.read(), key: await key.read() })
  let good: Pair | null = null
  try {
    const pair = await read()
    const wrong = whyNoPair(pair)
    if (wrong === null) {
      good = pair
    } else {
      fields.wrong((wrong.of === 'cert' ? cert : key).field, `cannot be used: ${wrong.why}`)
    }
  } catch (error) {
    fields.wrong(cert.field, `or ${key.field} cannot be used: ${whyUnreadable(error)}`)
  }
  return async () => {
    // One of the two files is replaced before the other: until they fit, and while one is away, the last ones serve
    const pair = await read().catch(() => good)
    if (pair !== null && (pair.cert !== good?.cert || pair.key !== good.key) && whyNoPair(pair) === null) {
      good = pair
    }
    return good
  }
}

type PemSource = { field: string; read(): Promise<string> }

function pemSource(fields: Fields, folder: string, field: string): PemSource | null {
  const data = `${field}-data`
  if (fields.has(data)) {
    const pem = pemOf(fields, data)
    return pem === null ? null : { field: data, read: () => Promise.resolve(pem) }
  }
  const path = fields.text(field)
  return path === null ? null : { field, read: createFileText(resolve(folder, path)).read }
}

/** kubernetes.io/docs/reference/access-authn-authz/user-impersonation; keys are escaped as client-go does. */
function impersonation(fields: Fields): Presented['headers'] {
  const as = fields.text('as')
  const uid = fields.text('as-uid')
  const groups = fields.texts('as-groups')
  const extra = fields.object('as-user-extra')
  if (as === null) {
    const alone = ['as-uid', 'as-groups', 'as-user-extra'].find((field) => fields.has(field))
    if (alone !== undefined) {
      fields.wrong(alone, 'stands without as: name the user to act as')
    }
    return {}
  }
  const extras = extra?.names().map((key) => [`impersonate-extra-${escaped(key)}`, extra.texts(key)] as const) ?? []
  const headers: Record<string, string | readonly string[]> = Object.fromEntries([
    ['impersonate-user', as],
    ...(uid === null ? [] : [['impersonate-uid', uid] as const]),
    ...(groups.length === 0 ? [] : [['impersonate-group', groups] as const]),
    ...extras,
  ])
  for (const value of Object.values(headers).flat() as string[]) {
    if (!/^[\x20-\x7e]+$/.test(value)) {
      fields.wrong('as', 'or a field beside it holds characters that no header may have')
      break
    }
  }
  return headers
}

const escaped = (key: string): string =>
  key.toLowerCase().replace(/[^a-z0-9!#$&'*+.^_`|~-]/g, (char) => encodeURIComponent(char).toLowerCase())
