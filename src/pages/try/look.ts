/**
 * Looks at what was pasted: the plan that the API makes of it, and where in the text what it says stands.
 *
 * @module
 */
import { LARGE_CHARS } from '../../api/reading.ts'
import type { ApiContext } from '../../api/route.ts'
import { PortolanProblem } from '../../client/errors.ts'
import type { Plan } from '../../client/index.ts'
import { indexObjects } from '../../kube/object-index.ts'
import { parseManifests } from '../../kube/parse.ts'
import { ProblemError } from '../../lib/problem.ts'
import { type BatchTarget, selectServices } from '../../record/batch.ts'
import { remarksOfRefusal } from '../../report/refused.ts'
import { type Remark, remarksOf } from '../../report/remark.ts'
import { visible } from '../../report/visible.ts'
import { ask } from '../ask.ts'
import { described } from '../described.ts'
import type { Refusal } from '../parts/form.ts'
import { type Asked, requestOf } from './asked.ts'

export type Look = {
  asked: Asked
  plan: Plan | null
  refusal: Refusal | null
  /** Findings or errors, each with its place in the text. Those of a plan are in the order of its findings. */
  remarks: readonly Remark[]
  /** The Services of the text. Empty: it cannot be read, or is too long to be read twice. */
  services: readonly BatchTarget[]
  /** The text is too long to look for lines. */
  isLong: boolean
}

const FILE = 'pasted'

export async function lookAt(context: ApiContext, asked: Asked): Promise<Look> {
  const isLong = asked.text.length > LARGE_CHARS
  const files = isLong ? [] : [{ path: FILE, text: asked.text }]
  const common = { isLong, services: isLong ? [] : servicesIn(asked.text) }
  if (asked.text.trim() === '') {
    const refusal = { status: 400, code: 'malformed_manifests', detail: NOTHING_PASTED, errors: [] }
    return { ...common, asked, plan: null, refusal, remarks: [] }
  }
  try {
    const plan = await ask(context).createPlan(requestOf(asked))
    // A Secret that was overlooked when they were taken out still shows among the objects that the plan ignores
    const isHidden = asked.isHidden || plan.ignored.some(({ object }) => /^Secret(List)?(\/|$)/.test(object))
    const remarks = remarksOf([described(plan)], files)
    return { ...common, asked: { ...asked, isHidden }, plan, refusal: null, remarks }
  } catch (error) {
    const refusal = refusalOf(error)
    const remarks = ABOUT_TEXT.has(refusal.code) ? remarksOfRefusal(refusal, files) : []
    return { ...common, asked, plan: null, refusal, remarks }
  }
}

const NOTHING_PASTED = 'Nothing was pasted. Paste manifests, or choose a file.'

/** Refusals whose errors are about the manifests themselves. */
const ABOUT_TEXT: ReadonlySet<string> = new Set(['malformed_manifests', 'invalid_manifest'])

/** @throws what is no refusal. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof PortolanProblem || error instanceof ProblemError) {
    const { status, code, detail, errors } = error
    const told = errors.map((each) => ({ ...each, detail: visible(each.detail) }))
    return { status, code, detail: visible(detail), errors: told }
  }
  throw error
}

function servicesIn(text: string): BatchTarget[] {
  try {
    return selectServices(indexObjects(parseManifests(text, { pointer: '' }).objects), {
      namespaces: null,
      selector: '',
    })
  } catch (error) {
    if (error instanceof ProblemError) {
      return []
    }
    throw error
  }
}
