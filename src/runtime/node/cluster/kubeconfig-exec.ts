import { resolve } from 'node:path'
import type { Fields } from './fields.ts'
import type { ClusterFields } from './kubeconfig-cluster.ts'

const GROUP = 'client.authentication.k8s.io'
const VERSIONS = [`${GROUP}/v1`, `${GROUP}/v1beta1`]

/** A program that hands out credentials (kubernetes.io/docs/reference/access-authn-authz/authentication). */
export type ExecPlugin = {
  apiVersion: string
  command: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  installHint: string | null
  /** The value of KUBERNETES_EXEC_INFO. */
  info: string
}

/** Reads a user's plugin; `null`: there is none, or it is not usable, which has been noted. */
export function readExec(user: Fields, folder: string, cluster: ClusterFields | null): ExecPlugin | null {
  const exec = user.object('exec')
  if (exec === null) {
    return null
  }
  const apiVersion = exec.text('apiVersion')
  const command = exec.text('command')
  if (apiVersion === null || !VERSIONS.includes(apiVersion)) {
    exec.wrong(
      'apiVersion',
      `${apiVersion === null ? 'is missing' : 'is not known'}, expected ${VERSIONS.join(' or ')}`,
    )
  }
  if (command === null) {
    exec.wrong('command', 'is missing, expected the program that hands out credentials')
  }
  if (apiVersion === null || command === null) {
    return null
  }
  const env = exec.objects('env').flatMap((entry) => {
    const name = entry.text('name')
    if (name === null) {
      entry.wrong('name', 'is missing, expected the name of a variable')
    }
    return name === null ? [] : [[name, entry.text('value') ?? ''] as const]
  })
  const told = exec.flag('provideClusterInfo') ? { cluster: clusterInfo(cluster) } : {}
  return {
    apiVersion,
    // A name alone is looked for in PATH
    command: command.includes('/') ? resolve(folder, command) : command,
    args: exec.texts('args'),
    env: Object.fromEntries(env),
    installHint: exec.text('installHint'),
    info: JSON.stringify({ kind: 'ExecCredential', apiVersion, spec: { ...told, interactive: false } }),
  }
}

/** `ExecCredential.spec.cluster` (k8s.io/client-go/pkg/apis/clientauthentication/v1). */
function clusterInfo(cluster: ClusterFields | null): Record<string, unknown> {
  const fields = cluster?.fields
  if (fields === undefined) {
    return {}
  }
  const texts = ['server', 'tls-server-name', 'certificate-authority-data', 'proxy-url'].flatMap((field) => {
    const text = fields.text(field)
    return text === null ? [] : [[field, text] as const]
  })
  const flags = ['insecure-skip-tls-verify', 'disable-compression'].flatMap((field) =>
    fields.flag(field) ? [[field, true] as const] : [],
  )
  const config = fields
    .objects('extensions')
    .find((extension) => extension.text('name') === `${GROUP}/exec`)
    ?.raw('extension')
  return { ...Object.fromEntries([...texts, ...flags]), ...(config !== undefined && config !== null && { config }) }
}
