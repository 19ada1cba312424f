import type { PlanDocument } from '../../../src/report/job-document.ts'
import { startBundle } from '../../support/bundle.ts'
import { OBJECT_FAULTS } from './objects.ts'
import { type Outcome, outcomeOfPlan } from './score.ts'

/** A case that could not be run. */
export type Broken = { key: string; error: string }

/** Each set of objects planned by the production bundle; nothing is dialled. */
export async function outcomesOfObjects(only: RegExp): Promise<{ outcomes: Outcome[]; broken: Broken[] }> {
  const wanted = OBJECT_FAULTS.filter(({ name }) => only.test(`objects | ${name}`))
  const outcomes: Outcome[] = []
  const broken: Broken[] = []
  if (wanted.length === 0) {
    return { outcomes, broken }
  }
  const portolan = await startBundle()
  try {
    for (const { name, manifests, codes, also = [], addresses } of wanted) {
      const target = { namespace: 'pond', service: 'toad', manifests }
      const response = await fetch(`${portolan.url}/v1/plan`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ target, ...(addresses === undefined ? {} : { addresses }) }),
      })
      if (!response.ok) {
        broken.push({ key: `objects | ${name}`, error: `${response.status} ${await response.text()}` })
      } else {
        outcomes.push(outcomeOfPlan(name, 'new', codes, also, (await response.json()) as PlanDocument))
      }
    }
    return { outcomes, broken }
  } finally {
    await portolan.stop()
  }
}
