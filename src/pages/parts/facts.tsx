import type { Child } from 'hono/jsx'

/** What is known of something, each by its name. What has no value is left out. */
export function Facts({ of }: { of: readonly (readonly [string, Child | null])[] }) {
  return (
    <dl class="known">
      {of
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
