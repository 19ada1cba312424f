/**
 * Answers a request: fault, replay, who asks, whether it may, and what it asks for.
 *
 * @module
 */
import type { Socket } from 'node:net'
import { discover, type Served } from './discovery.ts'
import { type Exchange, send } from './exchange.ts'
import { type Faults, refusalOf } from './faults.ts'
import { ANONYMOUS, authenticate, impersonated, impersonationOf, type Tokens, type User } from './identity.ts'
import { headersOf, type Request, type Response } from './listener.ts'
import { list, listText, representationOf, textOf } from './lists.ts'
import type { ObjectStore } from './objects.ts'
import { authorize } from './rbac.ts'
import { type Replays, replay } from './replay.ts'
import { type RequestInfo, requestInfo } from './request-info.ts'
import { BUILT_IN_GROUPS, groupVersion, RESOURCES, type Resource } from './resources.ts'
import { review } from './reviews.ts'
import type { Seen } from './seen.ts'
import {
  forbidden,
  forbiddenPath,
  isRefusal,
  methodNotAllowed,
  noSuchResource,
  notFound,
  notServed,
  type Refusal,
  unauthorized,
  watchTooOld,
} from './status.ts'
import { type OpenWatch, watch } from './watches.ts'

export type Context = {
  objects: ObjectStore
  tokens: Tokens
  faults: Faults
  seen: Seen
  replays: Replays
  watches: Set<OpenWatch>
  serving: Served
  /** Pace of replayed recordings. */
  pace: number
  /** The connection that a request came on. */
  socketOf(request: Request): Socket | undefined
}

type Resourceful = RequestInfo & { isResource: true }

export function createHandler({ objects, tokens, faults, seen, replays, watches, serving, pace, socketOf }: Context) {
  async function handle(request: Request, response: Response): Promise<void> {
    const url = request.url ?? '/'
    const info = requestInfo(request.method ?? 'GET', url)
    const headers = headersOf(request)
    const impersonation = impersonationOf(headers)
    const authenticated = authenticate(request.headers, request.socket, tokens)
    const user = authenticated && impersonation ? impersonated(impersonation) : authenticated
    const asked = {
      verb: info.verb,
      path: url,
      user: user?.name ?? '',
      isContinued: info.query.has('continue'),
      ...(info.isResource && { resource: info.resource, namespace: info.namespace, name: info.name }),
    }
    const exchange: Exchange = {
      request,
      response,
      seen: seen.note({
        ...asked,
        method: request.method ?? 'GET',
        impersonated: impersonation && { user: impersonation.user, groups: impersonation.groups },
        userAgent: String(request.headers['user-agent'] ?? ''),
      }),
      fault: faults.take(asked),
      breakConnection(how) {
        const socket = socketOf(request)
        if (how === 'reset') {
          socket?.resetAndDestroy()
        } else {
          socket?.destroy()
        }
      },
    }
    response.on('close', () => {
      exchange.seen.isOpen = false
    })
    const recording = replays.find(request.method ?? 'GET', url, request.headers)
    const body = await bodyOf(request)
    if (recording) {
      await replay(exchange, recording, pace)
      return
    }
    const answer = brokenBefore(exchange, info) ?? admit(info, authenticated, user, impersonation !== null)
    if (answer === 'nothing') {
      return
    }
    if (answer) {
      await send(exchange, answer)
      return
    }
    await serveAdmitted(exchange, info, user ?? ANONYMOUS, body)
  }

  /** What a fault does before anything is asked; `nothing`: it has been done. */
  function brokenBefore(exchange: Exchange, info: RequestInfo): Refusal | 'nothing' | null {
    const { fault } = exchange
    if (!fault) {
      return null
    }
    if (fault.kind === 'reset' || fault.kind === 'close') {
      exchange.breakConnection(fault.kind)
      return 'nothing'
    }
    if (fault.kind === 'silent' && info.verb !== 'watch') {
      return 'nothing'
    }
    if (fault.kind === 'gone' && info.verb === 'watch') {
      const from = Number(info.query.get('resourceVersion') ?? 0)
      exchange.fault = { kind: 'error-line', events: 0, status: watchTooOld(from, objects.version) }
      return null
    }
    return refusalOf(fault)
  }

  /** `null`: who asks may. */
  function admit(info: RequestInfo, from: User | null, user: User | null, isImpersonated: boolean): Refusal | null {
    if (!from || !user) {
      return unauthorized()
    }
    if (isImpersonated) {
      const attributes = { verb: 'impersonate', group: '', resource: 'users', name: user.name }
      const { isAllowed } = authorize(objects, from, attributes)
      if (!isAllowed) {
        return forbidden(from.name, attributes)
      }
    }
    if (!info.isResource) {
      const { isAllowed } = authorize(objects, user, { verb: info.verb, path: info.path })
      return isAllowed ? null : forbiddenPath(user.name, info.verb, info.path)
    }
    const selected = /(?:^|,)metadata\.name==?([^,]+)/.exec(info.query.get('fieldSelector') ?? '')?.[1]
    const { verb, group, resource, subresource, namespace } = info
    const attributes = { verb, group, resource, subresource, namespace, name: info.name ?? selected }
    const { isAllowed, reason } = authorize(objects, user, attributes)
    return isAllowed ? null : forbidden(user.name, attributes, reason)
  }

  async function serveAdmitted(exchange: Exchange, info: RequestInfo, user: User, body: string): Promise<void> {
    const answer = answerTo(exchange, info, user, body)
    if (answer) {
      await send(exchange, answer)
    }
  }

  /** `null`: a watch, which answers by itself. */
  function answerTo(exchange: Exchange, info: RequestInfo, user: User, body: string): Refusal | null {
    const { accept } = exchange.request.headers
    if (!info.isResource) {
      return info.verb === 'get' ? (discover(info.path, accept, serving) ?? notServed()) : methodNotAllowed()
    }
    if (info.verb === 'create') {
      return review(objects, tokens, user, info.resource, body === '' ? {} : JSON.parse(body)) ?? methodNotAllowed()
    }
    const resource = resourceOf(info)
    const as = representationOf(accept)
    if (isRefusal(resource)) {
      return resource
    }
    if (typeof as === 'object') {
      return as
    }
    const { query, version } = info
    const namespace = resource.isNamespaced ? info.namespace : undefined
    const request = { store: objects, resource, version, namespace, query, as }
    switch (info.verb) {
      case 'watch':
        return watch(exchange, request, watches)
      case 'list': {
        const answer = list(request)
        return isRefusal(answer) ? answer : ok(resource, listText(answer, resource, version, as))
      }
      case 'get': {
        const { name = '' } = info
        const found = objects.get(resource.kind, namespace ?? null, name)
        const form = as === 'metadata' ? 'metadata' : 'object'
        return found
          ? ok(resource, textOf(found, form, groupVersion(resource.group, version)))
          : notFound(resource.group, resource.resource, name)
      }
      default:
        return methodNotAllowed()
    }
  }

  function resourceOf(info: Resourceful): Resource | Refusal {
    const { group, version, resource } = info
    const found = RESOURCES.find(
      (each) => each.group === group && each.resource === resource && each.versions.includes(version),
    )
    if (found && objects.serves(found) && info.subresource === undefined) {
      return found
    }
    return BUILT_IN_GROUPS.has(group) ? noSuchResource() : notServed()
  }

  return handle
}

const ok = ({ warning }: Resource, text: string): Refusal => ({
  status: 200,
  body: `${text}\n`,
  contentType: 'application/json',
  ...(warning !== undefined && { headers: { warning } }),
})

async function bodyOf(request: Request): Promise<string> {
  let text = ''
  for await (const chunk of request) {
    text += chunk
  }
  return text
}
