import type { Asked } from '../query.ts'

/** A page of a report is answered with the status that was asked for, as the report itself is. */
export const failedStatus = ({ failStatus }: Asked, { verdict }: { verdict: string }): number =>
  failStatus !== undefined && verdict !== 'pass' ? 424 : 200
