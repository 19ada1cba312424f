import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ADMIN_TOKEN, type ApiServer } from './api-server.ts'

/** Where a context of a kubeconfig leads, and as whom. */
export type Leads = { server: Pick<ApiServer, 'url' | 'caPem'>; token?: string; namespace?: string }

/** Writes a kubeconfig with these contexts, the first of which is the current one. */
export function writeKubeconfig(folder: string, contexts: Readonly<Record<string, Leads>>): string {
  const entries = Object.entries(contexts)
  const file = join(folder, 'kubeconfig')
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': entries[0]?.[0],
    contexts: entries.map(([name, { namespace }]) => ({ name, context: { cluster: name, user: name, namespace } })),
    clusters: entries.map(([name, { server }]) => ({
      name,
      cluster: {
        server: server.url,
        ...(server.url.startsWith('https:') && {
          'certificate-authority-data': Buffer.from(server.caPem).toString('base64'),
        }),
      },
    })),
    users: entries.map(([name, { token = ADMIN_TOKEN }]) => ({ name, user: { token } })),
  }
  writeFileSync(file, JSON.stringify(content))
  return file
}
