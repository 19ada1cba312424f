/**
 * Keeps what a schedule has and does not show while the rest of what it asks for is replaced. Whoever may change a
 * schedule need not know its secrets, and must not get them sent elsewhere: a value is kept only for the place that it
 * was given for (ADR 0090).
 *
 * @module
 */
import { type CheckSecrets, type HiddenField, hasHidden, withSecrets } from '../check/secrets.ts'
import { openSecrets, SECRETS_UNREADABLE } from '../job/secrets.ts'
import { jsonPointer } from '../lib/json-pointer.ts'
import { type ProblemDetail, ProblemError } from '../lib/problem.ts'
import type { Check } from '../plan/check.ts'
import type { Schedule, ScheduledWork } from '../record/schedule.ts'
import { getScheduledWork } from '../store/schedules.ts'
import { type AskedWork, noSchedule, type ScheduleDeps } from './accept-schedule.ts'

export type Keep = {
  manifests: boolean
  /** Fields of checks, by the name of the check. */
  writeOnly: Readonly<Record<string, readonly HiddenField[]>>
}

/**
 * Puts into what is asked for now what is kept of what was asked for before.
 *
 * @throws ProblemError `impossible_request`, with pointers to all that cannot be kept.
 */
export async function withKept(
  deps: Pick<ScheduleDeps, 'store' | 'secrets'>,
  schedule: Schedule,
  keep: Keep,
  asked: AskedWork,
): Promise<AskedWork> {
  const before = await getScheduledWork(deps.store, schedule.id)
  if (before === null) {
    throw noSchedule(schedule.id)
  }
  const errors: ProblemDetail[] = []
  const now = keep.manifests ? { ...asked, objects: keptManifests(before, asked, errors) } : asked
  const checks = await checksWithKept(deps, { schedule, before, keep, now }, errors)
  if (errors[0] !== undefined) {
    throw new ProblemError('impossible_request', `Not everything can be kept: ${errors[0].detail}.`, { errors })
  }
  return { ...now, request: { ...now.request, checks } }
}

function keptManifests(before: ScheduledWork, { objects }: AskedWork, errors: ProblemDetail[]): AskedWork['objects'] {
  const pointer = '/keep/manifests'
  if (objects.source === 'manifests') {
    errors.push({ pointer, detail: 'The target brings manifests of its own: leave one of the two out' })
  } else if (before.objects.source !== 'manifests') {
    errors.push({ pointer, detail: 'The schedule has no manifests: it reads live objects' })
  } else {
    return before.objects
  }
  return objects
}

type Kept = { schedule: Schedule; before: ScheduledWork; keep: Keep; now: AskedWork }

async function checksWithKept(
  { secrets: box }: Pick<ScheduleDeps, 'secrets'>,
  { schedule, before, keep, now }: Kept,
  errors: ProblemDetail[],
): Promise<readonly Check[]> {
  const { checks } = now.request
  const named = Object.entries(keep.writeOnly).flatMap(([name, fields]) => fields.map((field) => ({ name, field })))
  if (named.length === 0) {
    return checks
  }
  const opened = await openSecrets(box, schedule.sealed)
  if (opened === undefined) {
    errors.push({ pointer: '/keep/writeOnly', detail: SECRETS_UNREADABLE.detail })
    return checks
  }
  const samePlace = placeOf(before) === placeOf(now)
  const kept: Record<string, Record<string, unknown>> = {}
  for (const { name, field } of named) {
    const value = opened?.[name]?.[field]
    const [was, is] = [before.request.checks, checks].map((list) => list.find((check) => check.name === name))
    const fault =
      is === undefined
        ? 'There is no longer a check of this name'
        : was === undefined || value === undefined
          ? `The schedule has no ${field} of this check to keep`
          : hasHidden(is, field)
            ? `${field} is given again as well: leave one of the two out`
            : samePlace && sendingOf(was) === sendingOf(is)
              ? null
              : ELSEWHERE
    if (fault !== null) {
      errors.push({ pointer: jsonPointer(['keep', 'writeOnly', name]), detail: fault })
    } else {
      kept[name] = { ...kept[name], [field]: value }
    }
  }
  return withSecrets(checks, kept satisfies CheckSecrets)
}

const ELSEWHERE =
  'It would be sent elsewhere than what it was given for: the target, its addresses or paths, or the type, port, scheme, ' +
  'host or TLS of the check have changed. Give it again'

/** Says where a request leads, as far as it is not up to the check. */
function placeOf({ request, objects, ...rest }: AskedWork | ScheduledWork): string {
  const selection = 'selection' in rest ? rest.selection : rest.batch
  const held = objects.source === 'manifests' && 'manifests' in objects ? objects.manifests.objects : null
  const { target, addresses, paths } = request
  return JSON.stringify([target, selection, addresses, paths, objects.source, held])
}

/** Says where a check sends what it sends. */
function sendingOf(check: Check): string {
  const { type, port } = check
  if (type === 'dns' || type === 'dnsQuery') {
    return JSON.stringify([type, port])
  }
  const to = type === 'tcp' ? [] : [check.scheme, check.host]
  const on = type === 'http' ? [check.followRedirects, check.upgrade] : []
  return JSON.stringify([type, port, check.tls, ...to, ...on])
}
