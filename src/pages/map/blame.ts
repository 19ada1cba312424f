/** Findings → the hops that they blame. Pure. */
import type { Finding } from '../../client/index.ts'
import type { Hop } from './hops.ts'

/** A finding as the map marks it: by its number among the findings of the document, 1 first. */
export type Mark = { nth: number; confidence: Finding['confidence'] }

/**
 * Lists the findings that blame a hop: those that explain a way that ends there and does not work, and those that name
 * its object in their evidence. A finding about the Service itself, which is everywhere on the map, marks by its ways
 * alone.
 */
export function blamer(findings: readonly Finding[]): (hop: Hop) => Mark[] {
  const known = findings.map(({ explains, evidence, confidence }, at) => ({
    mark: { nth: at + 1, confidence },
    ways: new Set(explains),
    objects: new Set(evidence.flatMap((each) => ('object' in each ? each.object : []))),
  }))
  return ({ ways, objects }) =>
    known
      .filter(
        (each) =>
          ways.some(({ id, state }) => state !== 'pass' && each.ways.has(id)) ||
          objects.some((ref) => each.objects.has(ref)),
      )
      .map(({ mark }) => mark)
}
