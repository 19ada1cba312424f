/**
 * Schedules of a file, as they are to be on the server: read as the server reads them, so that what is wrong is told
 * with its line before anything is changed, and what is the same is seen to be the same.
 *
 * @module
 */
import { read } from '../../../api/reading.ts'
import { hiddenFields, withoutSecrets } from '../../../check/secrets.ts'
import type { Body } from '../../../client/types.ts'
import { jsonPointer } from '../../../lib/json-pointer.ts'
import type { ScheduleSettings } from '../../../record/schedule.ts'
import { describeWork, type ScheduledRequestDocument } from '../../../schedule/describe.ts'
import { quoted } from '../../placed-yaml.ts'
import { firstOf } from '../../settings-file.ts'
import { CliError } from '../exit.ts'
import type { Given } from '../given-parts.ts'

/** Whoever applies a schedule is named by this label of its job or batch. */
export const OWNER_LABEL = 'portolan.dev/applied-by'

export type Work = { job: ScheduledRequestDocument | null; batch: ScheduledRequestDocument | null }

export type Wanted = {
  name: string
  /** Sent to make it; holds the secrets. */
  body: Body<'createSchedule'>
  /** With what the file leaves to its default; whether it is paused is left to whoever paused it. */
  settings: Omit<ScheduleSettings, 'enabled'> & { enabled?: boolean }
  /** As the server would show it, without secrets. The cluster that no file names is {@link DEFAULT_CLUSTER}. */
  work: Work
  /** Fields that no answer shows: the server alone can tell whether they are as they were. */
  unseen: readonly string[]
}

/** No cluster is called so. */
export const DEFAULT_CLUSTER = '(default)'

/** @throws CliError each mistake with file and line */
export function wantedOf(given: Given, owner: string): Wanted[] {
  const mistakes: string[] = []
  const names = new Map<string, number>()
  const wanted = given.values.flatMap((value, at) => {
    const say = (pointer: string, what: string) =>
      void mistakes.push(`${given.placeOf(jsonPointer([at]) + pointer)}: ${what}`)
    const body = withOwner(value, owner, say)
    const one = body === null ? null : readOne(body, say)
    const before = one === null ? undefined : names.get(one.name)
    if (one !== null && before !== undefined) {
      say('/name', `${quoted(one.name)} is the name of the one at ${given.placeOf(jsonPointer([before]))} already`)
    }
    if (one !== null) {
      names.set(one.name, at)
    }
    return one ?? []
  })
  if (mistakes.length > 0) {
    throw new CliError(firstOf(mistakes).join('\n'))
  }
  return wanted
}

type Say = (pointer: string, what: string) => void

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The schedule with the label of its owner; what is no schedule at all is left to be refused. */
function withOwner(value: unknown, owner: string, say: Say): unknown {
  const part = isMapping(value) ? (['job', 'batch'] as const).find((name) => isMapping(value[name])) : undefined
  if (!isMapping(value) || part === undefined) {
    return value
  }
  const work = value[part] as Record<string, unknown>
  const labels = isMapping(work.labels) ? work.labels : {}
  if (OWNER_LABEL in labels) {
    say(`/${part}/labels/${OWNER_LABEL.replace('/', '~1')}`, `${OWNER_LABEL}: it is set by --owner`)
    return null
  }
  return { ...value, [part]: { ...work, labels: { ...labels, [OWNER_LABEL]: owner } } }
}

function readOne(body: unknown, say: Say): Wanted | null {
  const text = JSON.stringify(body)
  const outcome = read({ what: 'schedule', body: { text, type: 'json' }, egressOnly: null }, DEFAULT_CLUSTER)
  const problem =
    'problem' in outcome
      ? outcome.problem
      : outcome.asked.work !== null && 'refused' in outcome.asked.work
        ? outcome.asked.work.refused
        : null
  if (problem !== null) {
    for (const { pointer, detail } of problem.errors) {
      say(pointer, `${pointer.slice(1).replaceAll('/', '.') || 'this schedule'}: ${detail}`)
    }
    if (problem.errors.length === 0) {
      say('', problem.detail)
    }
    return null
  }
  if ('problem' in outcome || outcome.asked.work === null || 'refused' in outcome.asked.work) {
    throw new Error('a schedule that was read asks for nothing')
  }
  const { settings, work } = outcome.asked
  const { checks, secrets } = withoutSecrets(work.request.checks)
  const hidden = hiddenFields(secrets)
  const objects =
    work.objects.source === 'cluster'
      ? null
      : Object.fromEntries(Object.entries(work.objects.manifests.objects).map(([kind, list]) => [kind, list.length]))
  const shown = describeWork({
    request: { ...work.request, checks },
    ...{ objects, ignored: [], batch: work.selection, hidden },
  })
  const { enabled, ...others } = settings
  return {
    ...{ name: settings.name, body: body as Wanted['body'] },
    settings: { ...others, ...(isMapping(body) && 'enabled' in body && { enabled }) },
    // As JSON would bring it back
    work: JSON.parse(JSON.stringify(shown)),
    unseen: [
      ...Object.entries(hidden).flatMap(([check, fields]) => fields.map((field) => `${field} of ${check}`)),
      ...(objects === null ? [] : ['manifests']),
    ],
  }
}
