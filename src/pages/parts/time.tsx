/** An instant (RFC 3339). It is shown in UTC; the script of the page shows it in the reader's time zone. */
export function Time({ at }: { at: string }) {
  return <time datetime={at}>{`${at.slice(0, 10)} ${at.slice(11, 19)} UTC`}</time>
}
