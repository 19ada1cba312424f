/** Status pages over the API, and the Services that they tell of. */
import { expect } from 'vitest'
import type { z } from 'zod'
import type { AnnouncementSchema, StatusPageSchema } from '../../src/api/status-schemas.ts'
import type { PublicStatusDocument } from '../../src/report/status/document.ts'
import { read } from './read.ts'
import type { Call } from './tenants.ts'

export type Page = z.output<typeof StatusPageSchema>
export type Announced = z.output<typeof AnnouncementSchema>

export const published = (name: string, title: string, namespace = 'pond') => ({ namespace, name, title })

/** Makes a page that anybody may see, unless it says otherwise. */
export async function publish(call: Call, asked: Record<string, unknown>): Promise<Page> {
  const response = await call('/v1/status-pages', { json: { title: 'Pond Inc.', public: true, ...asked } })
  expect(response.status).toBe(201)
  return read<Page>(response)
}

export async function announce(call: Call, { id }: Page, asked: Record<string, unknown>): Promise<Announced> {
  const response = await call(`/v1/status-pages/${id}/announcements`, {
    json: { title: 'Payments are slow', ...asked },
  })
  expect(response.status).toBe(201)
  return read<Announced>(response)
}

/** Changes what is at a path, whichever version it has. */
export const patch = (call: Call, path: string, json: unknown) =>
  call(path, { method: 'PATCH', json, headers: { 'if-match': '*' } })

export const look = (call: Call, slug: string) => read<PublicStatusDocument>(call(`/status/${slug}`))

/** A job of a Service with a port for each listener; those that are closed fail. */
export async function probe(call: Call, name: string, ports: readonly number[], namespace = 'pond', more = {}) {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: {
      ...{ clusterIP: '127.0.0.1', clusterIPs: ['127.0.0.1'], ipFamilies: ['IPv4'], selector: { app: name } },
      ports: ports.map((port, at) => ({ name: `port-${at}`, port, targetPort: port })),
    },
  }
  const response = await call('/v1/jobs?wait=20', {
    json: { target: { service: name, namespace, manifests: [service] }, paths: { include: ['ClusterIP'] }, ...more },
  })
  expect(response.status).toBe(200)
  return (await read<{ verdict: string }>(response)).verdict
}
