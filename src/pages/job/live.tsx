import type { PropsWithChildren } from 'hono/jsx'

type LiveProps = PropsWithChildren<{
  /** The address of this page. */
  at: string
  /** Screen readers say this when the content has changed. */
  said: string
  /** The id of a job whose events tell what changes. */
  events?: string
  /** True for content that is loaded again and again. */
  polled?: boolean
}>

/** Holds content that the script `job.js` keeps current. Without scripts, a link loads the page again. */
export function Live({ at, said, events, polled = false, children }: LiveProps) {
  const isLive = events !== undefined || polled
  return (
    <>
      {isLive ? (
        <p class="live">
          <a href={at}>Refresh</a> <span id="live-state" class="quiet" />
        </p>
      ) : null}
      <div
        id="live"
        data-said={said}
        data-events={events === undefined ? undefined : `/v1/jobs/${events}/events`}
        data-polled={polled ? '' : undefined}
      >
        {children}
      </div>
      {isLive ? <p id="said" role="status" class="visually-hidden" /> : null}
    </>
  )
}
