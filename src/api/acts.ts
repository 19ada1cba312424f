/** Which requests may change something, or dial. */
const READS = new Set(['GET', 'HEAD'])

/** These act although they are reads: they dial. A link or an image in any page would be enough to ask for one. */
const ACTS = new Set(['/probe', '/v1/gates/argo-rollouts'])

/** Tells whether a request may act, so that a browser's cookie is not enough for it. */
export const mayAct = (method: string, path: string): boolean => !READS.has(method) || ACTS.has(path)

/** Tells whether a request acts although its method says that it only reads. */
export const actsByReading = (path: string): boolean => ACTS.has(path)
