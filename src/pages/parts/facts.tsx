import type { Child } from 'hono/jsx'

/** Lists facts by their names. A fact without a value is left out. */
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
