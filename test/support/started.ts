/** What a process that a test starts needs of this one's environment: nothing else is to reach it. */
export const STARTED: Readonly<Record<string, string | undefined>> = {
  PATH: process.env.PATH,
  // Half of what it costs to start from the sources is compiling them, the same each time.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
}
