/**
 * A Service that history does not know: what was meant, perhaps; and that it is there and was never probed.
 *
 * @module
 */
import type { ApiContext } from '../../api/route.ts'
import type { Client, PortolanProblem } from '../../client/index.ts'
import { nearMiss } from '../../lib/near.ts'
import { visible } from '../../report/visible.ts'
import { mayUse } from '../page.tsx'
import { ServiceLink } from '../parts/service-link.tsx'
import type { Target } from './documents.ts'
import { LookNow } from './look.tsx'

/** So many Services are compared with the name, and so many shown. */
const COMPARED = 200
const SHOWN = 10

type Near = { near: Target[]; isLive: boolean }

/** Finds Services of the same name elsewhere, and of a name like it in the namespace. */
export async function nearMisses(context: ApiContext, client: Client, target: Target): Promise<Near> {
  const [same, { items }] = await Promise.all([
    namedLike(client, target),
    client.listServices({ namespace: target.namespace, limit: COMPARED }),
  ])
  const here = items.map((item) => item.target)
  const like = nearMiss(target.service, [...new Set(here.map(({ service }) => service))])
  const near =
    same.length > 0 ? same : here.filter(({ service }) => service === like || service.includes(target.service))
  return { near: near.slice(0, SHOWN), isLive: await isLive(context, client, target) }
}

/** Services of that namespace and name, in whichever cluster. */
export async function namedLike(
  client: Client,
  { namespace, service }: Pick<Target, 'namespace' | 'service'>,
): Promise<Target[]> {
  const { items } = await client.listServices({ namespace, q: `${namespace}/${service}`, limit: COMPARED })
  return items.map(({ target }) => target).filter((each) => each.service === service)
}

async function isLive(context: ApiContext, client: Client, { cluster, namespace, service }: Target): Promise<boolean> {
  if (!mayUse(context, 'plan')) {
    return false
  }
  const found = await client
    .listClusterServices(cluster, { namespace, q: `${namespace}/${service}`, limit: SHOWN, requestTimeoutMs: 3000 })
    .catch(() => null)
  return found?.items.some(({ name }) => name === service) ?? false
}

type NotThereProps = { target: Target; problem: PortolanProblem; found: Near; mayLook: boolean }

export function NotThere({ target, problem, found: { near, isLive }, mayLook }: NotThereProps) {
  return (
    <article class="problem">
      <h1>
        Nothing is known of {visible(target.namespace)}/{visible(target.service)}
      </h1>
      <p>{visible(problem.detail)}</p>
      {problem.errors.length === 0 ? null : (
        <ul>
          {problem.errors.map(({ detail }) => (
            <li>{visible(detail)}</li>
          ))}
        </ul>
      )}
      {isLive ? (
        <>
          <p>The cluster {visible(target.cluster)} has it, but it has never been checked.</p>
          {mayLook ? <LookNow look={{ can: true, schedule: null }} target={target} /> : null}
        </>
      ) : null}
      {near.length === 0 ? null : (
        <>
          <h2>Did you mean</h2>
          <ul>
            {near.map((each) => (
              <li>
                <ServiceLink target={each} /> in cluster {visible(each.cluster)}
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        <a href="/">All Services</a>
      </p>
    </article>
  )
}
