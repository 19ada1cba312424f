/** Tests ask faster than people: what is not about limits is not limited, and answers tell of them all the same. */
export const GENEROUS = {
  PORTOLAN_RATE_LIMIT_REQUESTS: '1000000',
  PORTOLAN_RATE_LIMIT_ADDRESS: '1000000',
  PORTOLAN_RATE_LIMIT_FAILURES: '1000000',
  PORTOLAN_RATE_LIMIT_JOBS: 'off',
  PORTOLAN_RATE_LIMIT_TRIES: 'off',
} as const
