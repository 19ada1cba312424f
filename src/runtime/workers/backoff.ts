/**
 * Until a message that failed is delivered again: long enough for what failed to pass, short enough for who waits.
 *
 * @param attempts deliveries so far, 1 for the first.
 */
export const backoffSeconds = (attempts: number): number => Math.min(2 ** (attempts - 1), 60)
