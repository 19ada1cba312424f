import type { PublicIncident, PublicState } from './document.ts'

export const STATE_WORDS: Readonly<Record<PublicState | PublicIncident['state'], string>> = {
  operational: 'Operational',
  degraded: 'Degraded',
  outage: 'Outage',
  unknown: 'Unknown',
  ongoing: 'Ongoing',
  investigating: 'Investigating',
  identified: 'Identified',
  monitoring: 'Monitoring',
  resolved: 'Resolved',
}
