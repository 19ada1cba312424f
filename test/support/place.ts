import { vantageAt } from '../../src/plan/path.ts'
import type { Place } from '../../src/plan/place.ts'

/** In the cluster, of which the prober knows nothing more. */
export const aPlace = (over: Partial<Place> = {}): Place => ({
  vantage: vantageAt('in-cluster'),
  namespace: null,
  environment: null,
  clusterDomain: null,
  nodeName: null,
  ...over,
})
