/** Says for the audit log what the owner of a schedule decides, without values of secret-bearing fields. */
import type { CheckSecrets } from '../check/secrets.ts'
import type { SecretBox } from '../job/secret-box.ts'
import { openSecrets } from '../job/secrets.ts'
import type { Fields } from '../record/audit.ts'
import type { ScheduledRequest, ScheduledWork, ScheduleSettings } from '../record/schedule.ts'
import { describeWork } from './describe.ts'

type Work = ScheduledRequest | ScheduledWork

export const settingsTold = ({ name, cron, timeZone, jitterMs, overlap, enabled }: ScheduleSettings): Fields => ({
  ...{ name, cron, timeZone, jitterMs, overlap, enabled },
})

/** @param secrets `home.headers` → `set`, or `set anew` where another value was given. */
export function workTold(work: Work, secrets: Readonly<Record<string, string>>): Fields {
  const objects =
    'source' in (work.objects ?? {}) ? countsOf(work as ScheduledWork) : (work as ScheduledRequest).objects
  const { job, batch } = describeWork({ ...work, objects, ignored: [] })
  const { writeOnly: _named, ...shown } = job ?? batch ?? { writeOnly: {} }
  return { [job === null ? 'batch' : 'job']: { ...shown, secrets } }
}

const countsOf = ({ objects: asked }: ScheduledWork): ScheduledRequest['objects'] =>
  asked.source === 'cluster'
    ? null
    : Object.fromEntries(Object.entries(asked.manifests.objects).map(([kind, list]) => [kind, list.length]))

/** Names the secret-bearing fields that are set. */
export const secretsSet = ({ hidden }: Pick<Work, 'hidden'>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(hidden).flatMap(([check, fields]) => fields.map((field) => [`${check}.${field}`, 'set'])),
  )

/**
 * Names those that are set now, and which of them hold another value than before. One that cannot be opened any more may
 * have held any.
 */
export async function secretsSetAnew(
  box: SecretBox,
  before: { sealed: string | null },
  now: Pick<Work, 'hidden'> & { secrets: CheckSecrets | null },
): Promise<Record<string, string>> {
  const opened = await openSecrets(box, before.sealed)
  return Object.fromEntries(
    Object.entries(now.hidden).flatMap(([check, fields]) =>
      fields.map((field) => {
        const isSame =
          opened !== undefined &&
          JSON.stringify(opened?.[check]?.[field]) === JSON.stringify(now.secrets?.[check]?.[field])
        return [`${check}.${field}`, isSame ? 'set' : 'set anew']
      }),
    ),
  )
}
