/**
 * Answers reviews, by which a user asks about itself and its rights, and about the tokens of others.
 *
 * @module
 */
import type { Tokens, User } from './identity.ts'
import type { ObjectStore } from './objects.ts'
import { authorize, type Rule, rulesFor } from './rbac.ts'
import type { Refusal, Status } from './status.ts'

type ResourceAttributes = {
  verb?: string
  group?: string
  resource?: string
  subresource?: string
  name?: string
  namespace?: string
}

type Review = {
  kind: string
  apiVersion: string
  spec?: {
    namespace?: string
    token?: string
    audiences?: readonly string[]
    resourceAttributes?: ResourceAttributes
    nonResourceAttributes?: { verb?: string; path?: string }
  }
}

/** Answers a posted review; `null`: the resource is none. */
export function review(
  store: ObjectStore,
  tokens: Tokens,
  user: User,
  resource: string,
  body: unknown,
): Refusal | null {
  const { spec = {} } = body as Review
  switch (resource) {
    case 'selfsubjectaccessreviews':
      return created('authorization.k8s.io/v1', 'SelfSubjectAccessReview', {
        spec,
        status: accessOf(store, user, spec),
      })
    case 'selfsubjectrulesreviews':
      return created('authorization.k8s.io/v1', 'SelfSubjectRulesReview', {
        spec: {},
        status: rulesStatus(rulesFor(store, user, spec.namespace ?? '')),
      })
    case 'selfsubjectreviews':
      return created('authentication.k8s.io/v1', 'SelfSubjectReview', {
        status: {
          userInfo: { username: user.name, ...(user.uid !== undefined && { uid: user.uid }), groups: user.groups },
        },
      })
    case 'tokenreviews':
      return created('authentication.k8s.io/v1', 'TokenReview', { spec, status: tokenStatus(tokens, spec) })
    default:
      return null
  }
}

function tokenStatus(tokens: Tokens, { token = '', audiences = [] }: NonNullable<Review['spec']>) {
  const reviewed = tokens.review(token, audiences)
  return 'error' in reviewed
    ? { user: {}, error: reviewed.error }
    : {
        authenticated: true,
        user: { username: reviewed.user.name, groups: reviewed.user.groups },
        audiences: reviewed.audiences,
      }
}

const created = (apiVersion: string, kind: string, rest: object): Refusal => ({
  status: 201,
  body: { kind, apiVersion, metadata: {}, ...rest } as unknown as Status,
})

function accessOf(store: ObjectStore, user: User, spec: NonNullable<Review['spec']>) {
  const { resourceAttributes: asked, nonResourceAttributes: path } = spec
  const { isAllowed, reason } = authorize(
    store,
    user,
    asked
      ? {
          verb: asked.verb ?? '',
          group: asked.group ?? '',
          resource: asked.resource ?? '',
          subresource: asked.subresource || undefined,
          name: asked.name || undefined,
          namespace: asked.namespace || undefined,
        }
      : { verb: path?.verb ?? '', path: path?.path ?? '' },
  )
  return { allowed: isAllowed, ...(reason !== '' && { reason }) }
}

function rulesStatus(rules: readonly Rule[]) {
  return {
    resourceRules: rules
      .filter(({ resources }) => resources !== undefined)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames && { resourceNames }),
      })),
    nonResourceRules: rules
      .filter(({ nonResourceURLs }) => nonResourceURLs !== undefined)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  }
}
