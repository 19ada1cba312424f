/**
 * Offers a way to check a Service again: a button that runs its schedule or reads its live cluster; else a command that
 * sends the objects along.
 *
 * @module
 */
import type { ApiContext } from '../../api/route.ts'
import type { Client } from '../../client/index.ts'
import { quoted } from '../../diagnose/commands.ts'
import { visible } from '../../report/visible.ts'
import { mayUse } from '../page.tsx'
import { Copy } from '../parts/copy.tsx'
import { servicePath } from '../parts/service-link.tsx'
import type { ServiceHistory, Target } from './documents.ts'

export type Look =
  /** `schedule`: its id; `null`: the objects are read from the cluster. */
  { can: true; schedule: string | null } | { can: false; why: string }

/** A cluster that does not answer keeps no page waiting for longer. */
const CLUSTERS_MS = 1500

/** Finds out whether this server can look by itself, as far as whoever looks at the page may know it. */
export async function lookOf(context: ApiContext, client: Client, service: ServiceHistory): Promise<Look> {
  if (!mayUse(context, 'jobs:write')) {
    return { can: false, why: 'Your token may not start jobs (scope jobs:write).' }
  }
  const schedule = await scheduleOf(context, client, service)
  return schedule === null ? liveOf(context, client, service) : { can: true, schedule }
}

/** The schedule that has made one of its newest jobs: it looks with the checks that history is made of. */
async function scheduleOf(context: ApiContext, client: Client, service: ServiceHistory): Promise<string | null> {
  const discovered = service.discovery?.schedule ?? null
  if (discovered !== null || !mayUse(context, 'jobs:read') || !mayUse(context, 'schedules:read')) {
    return discovered
  }
  const { items } = await client.listJobs({ ...service.target, limit: 10 })
  const made = items.find(({ scheduleId }) => scheduleId !== null)?.scheduleId ?? null
  // It may have been deleted since
  return made === null ? null : ((await client.getSchedule(made).catch(() => null))?.id ?? null)
}

async function liveOf(
  context: ApiContext,
  client: Client,
  { target, objects }: Pick<ServiceHistory, 'target' | 'objects'>,
): Promise<Look> {
  if (!mayUse(context, 'plan')) {
    return objects?.source === 'cluster'
      ? { can: true, schedule: null }
      : { can: false, why: 'Your token may not ask which clusters this server reads (scope plan).' }
  }
  const found = await client.listClusters({ limit: 200, requestTimeoutMs: CLUSTERS_MS }).catch(() => null)
  const cluster = found?.items.find(({ name }) => name === target.cluster)
  if (found === null) {
    return { can: false, why: 'Its cluster did not say in time whether it can be read.' }
  }
  if (cluster === undefined || cluster.state === 'absent') {
    return {
      can: false,
      why: `This server reads no cluster called ${visible(target.cluster)}, and no schedule has checked this Service: a request must bring the objects along.`,
    }
  }
  return cluster.state === 'synced' || cluster.state === 'syncing'
    ? { can: true, schedule: null }
    : { can: false, why: `Its cluster is ${cluster.state}: ${visible(cluster.problem ?? 'no reason is known')}.` }
}

/** @param isBrief only the button, or a link to the commands. */
export function LookNow({ look, target, isBrief }: { look: Look; target: Target; isBrief?: true }) {
  if (look.can) {
    const query = look.schedule === null ? '' : `?schedule=${encodeURIComponent(look.schedule)}`
    return (
      <form class="inline" method="post" action={`${servicePath(target)}/look${query}`}>
        <button class="main" type="submit">
          Look now
        </button>
      </form>
    )
  }
  return isBrief ? <a href="#look">How to look again</a> : null
}

/** @param origin the address of this server. */
export function LookAgain({ look, target, origin }: { look: Look; target: Target; origin: string }) {
  return (
    <section id="look" aria-labelledby="look-title">
      <h2 id="look-title">Look again</h2>
      {look.can ? (
        <p>
          {look.schedule === null ? (
            'Reads the objects from the cluster as they are now, and tries every path.'
          ) : (
            <>
              Runs <a href={`/schedules/${look.schedule}`}>its schedule</a> now, with the checks that it has.
            </>
          )}
        </p>
      ) : (
        <p>{look.why} These commands look, from where kubectl reaches the cluster:</p>
      )}
      <LookNow {...{ look, target }} />
      {look.can ? (
        <details>
          <summary>The same as a command</summary>
          <Commands {...{ target, origin }} isLive={look.schedule === null} />
        </details>
      ) : (
        <Commands {...{ target, origin }} isLive={false} />
      )}
    </section>
  )
}

const KINDS = 'svc,endpointslices,ingress,pods'

function Commands({ target, origin, isLive }: { target: Target; origin: string; isLive: boolean }) {
  const { cluster, namespace, service } = target
  const [name, ns] = [quoted(service), quoted(namespace)]
  const at = `-n ${ns} --cluster ${quoted(cluster)} --server ${quoted(origin)}`
  const get = `kubectl get ${KINDS} -n ${ns} -o yaml`
  const query = new URLSearchParams({ service, namespace, cluster, wait: '60', format: 'text' })
  const url = quoted(`${origin}/v1/jobs?${query}`)
  const token = '-H "authorization: Bearer $PORTOLAN_TOKEN"'
  const commands = isLive
    ? [`portolan check ${name} ${at}`, `curl -sS -X POST ${token} ${url}`]
    : [
        `${get} | portolan check -f - ${name} ${at}`,
        `${get} | curl -sS ${token} -H 'content-type: application/yaml' --data-binary @- ${url}`,
      ]
  return (
    <>
      {commands.map((command) => (
        <Copy text={command} />
      ))}
    </>
  )
}
