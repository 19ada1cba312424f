import { visible } from '../../report/visible.ts'

type Target = { cluster: string; namespace: string; service: string }

/** The address of a Service's page. */
export const servicePath = ({ cluster, namespace, service }: Target): string =>
  `/services/${[cluster, namespace, service].map(encodeURIComponent).join('/')}`

/** A link to a Service's page. @param query besides, like `?window=7d#incidents`. */
export function ServiceLink({ target, query = '' }: { target: Target; query?: string }) {
  return (
    <a href={servicePath(target) + query}>
      {visible(target.namespace)}/{visible(target.service)}
    </a>
  )
}
