/**
 * Asks an API server the questions that Portolan asks, and compares status, content type and shape. The test server
 * must answer as a real one does, or what is tested on it is worth nothing.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Asking, ask } from '../../support/api-server/ask.ts'
import type { LiveCluster, StartCluster } from '../support/cluster.ts'
import { until } from '../support/until.ts'
import { bind, NARROW, OBJECTS, READER } from './objects.ts'

import { type Body, FOUND, names, SHOP, type Who } from './questions.ts'
import { REFUSED } from './refused.ts'

export function answersSuite(start: StartCluster): void {
  describe('answers', () => {
    let cluster: LiveCluster
    const tokens: Partial<Record<Who, string>> = { forged: 'no-token' }

    beforeAll(async () => {
      cluster = await start()
      await cluster.apply(...OBJECTS, READER)
      tokens.admin = cluster.adminToken
      for (const account of ['reader', 'shop-only', 'by-name', 'wild', 'nobody'] as const) {
        tokens[account] = await cluster.serviceAccount('portolan', account)
      }
      await cluster.apply(
        bind('reader', 'live-reader'),
        bind('shop-only', 'live-reader', 'shop'),
        ...NARROW,
        bind('by-name', 'live-by-name', 'shop'),
        bind('wild', 'live-wild', 'shop'),
      )
      // A role holds as soon as the server's authorizer has heard of it
      await until(200, () => status('/api/v1/services', 'reader'))
      await until(200, () => status(`${SHOP}/services`, 'shop-only'))
      await until(200, () => status(`${SHOP}/services/frog`, 'by-name'))
      await until(200, () => status(`${SHOP}/services`, 'wild'))
    })
    afterAll(() => cluster?.close())

    const put = (path: string, who: Who = 'admin', asking: Asking = {}): Promise<Answer> => {
      const token = tokens[who]
      return ask(cluster, path, { ...asking, ...(token !== undefined && { token }) })
    }
    const status = async (path: string, who: Who) => (await put(path, who)).status

    it.each([...FOUND, ...REFUSED])('$title', async ({ path, who, accept, type = 'application/json', ...expected }) => {
      const { status, headers, text, body } = await put(path, who, accept === undefined ? {} : { headers: { accept } })
      const message = body === undefined ? text : (body as { message?: string }).message
      expect([status, headers['content-type'], expected.of ? expected.of(body as Body) : message]).toEqual([
        expected.status,
        type,
        expected.of ? expected.is : expected.message,
      ])
    })

    it('gives the next page of the same snapshot, whatever changed', async () => {
      const first = (await put('/api/v1/pods?limit=1')).body as Body
      const pod = OBJECTS.find(({ metadata }) => metadata.name === 'frog-b')
      await cluster.remove('Pod', 'shop', 'frog-b')
      const next = (await put(`/api/v1/pods?limit=5&continue=${first.metadata.continue}`)).body as Body
      expect([names(first), names(next), next.metadata.continue]).toEqual([['newt-a'], ['frog-a', 'frog-b'], undefined])
      await cluster.apply(...(pod ? [pod] : []))
    })

    it('says by a review what is allowed', async () => {
      const review = (who: Who, resource: string, namespace?: string) =>
        put('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', who, {
          method: 'POST',
          body: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectAccessReview',
            spec: { resourceAttributes: { verb: 'list', group: '', resource, ...(namespace && { namespace }) } },
          },
        }).then(({ status, body }) => [status, (body as { status: { allowed: boolean } }).status.allowed])
      expect(
        await Promise.all([
          review('reader', 'nodes'),
          review('shop-only', 'nodes'),
          review('shop-only', 'pods', 'shop'),
        ]),
      ).toEqual([
        [201, true],
        [201, false],
        [201, true],
      ])
    })

    it('knows who comes with a certificate of its authority', async () => {
      const certificate = await cluster.clientCertificate('ann', ['system:masters'])
      expect((await ask(cluster, `${SHOP}/services`, { certificate })).status).toBe(200)
    })

    it('refuses the tokens of a service account that was deleted', async () => {
      const old = await cluster.serviceAccount('portolan', 'short-lived')
      const next = await cluster.serviceAccount('portolan', 'short-lived')
      const statusOf = async (token: string) => (await ask(cluster, '/version', { token })).status
      // A server believes for ten seconds what it has found out of a token
      await until(401, () => statusOf(old))
      expect(await statusOf(next)).toBe(200)
    })
  })
}
