import type { PropsWithChildren } from 'hono/jsx'

/** The level of a heading; what stands under it has the next. */
export type Level = 2 | 3 | 4

/** A part of a page under a heading. @param of marks it: `note fail`. */
export function Section(props: PropsWithChildren<{ title: string; level: Level; of?: string }>) {
  const { title, level, of, children } = props
  return (
    <section class={of}>
      <Heading level={level}>{title}</Heading>
      {children}
    </section>
  )
}

export function Heading({ level, children }: PropsWithChildren<{ level: Level }>) {
  const Tag = `h${level}` as const
  return <Tag>{children}</Tag>
}
