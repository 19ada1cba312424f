/**
 * Reads pasted manifests, and what is asked about them. Secrets are taken out first, so that nothing of them is
 * planned, shown or kept.
 *
 * @module
 */
import { withForm } from '../../api/body.ts'
import type { ApiContext } from '../../api/route.ts'
import { withoutSecrets } from '../../kube/without-secrets.ts'
import { sha256Hex } from '../../lib/hash.ts'
import { ProblemError } from '../../lib/problem.ts'

/** Characters of the manifests, and bytes with what a form puts around them. */
const PASTED_MAX = 1024 * 1024
const AROUND = 64 * 1024
export const PASTED_MAX_TEXT = '1 MiB, about 20,000 lines'

export type Asked = {
  text: string
  /** Secrets that were taken out. */
  taken: number
  /** There may be a Secret in it still: it is not shown back. */
  isHidden: boolean
  service: string
  namespace: string
  vantage: string
}

export const NOTHING: Asked = { text: '', taken: 0, isHidden: false, service: '', namespace: '', vantage: '' }

export const askedAbout = (text: string): Asked => {
  const { text: kept, taken, isDoubtful } = withoutSecrets(text)
  return { ...NOTHING, text: kept, taken, isHidden: isDoubtful }
}

/** `planned`: of what the plan was that the reader has seen; empty: of nothing. */
export type Sent = { asked: Asked; planned: string }

/** @throws ProblemError */
export const readSent = (context: ApiContext): Promise<Sent> => {
  const limit = Math.min(context.get('deps').settings.bodyLimitBytes, PASTED_MAX + AROUND)
  return withForm(context, limit, async (form) => {
    const text = asShown((await form.file('file')) ?? form.text('manifests'))
    if (text.length > PASTED_MAX) {
      throw new ProblemError('body_too_large', `At most ${PASTED_MAX_TEXT} are taken here.`)
    }
    const [namespace, service] = pickOf(form.text('pick')) ?? [
      form.text('namespace').trim(),
      form.text('service').trim(),
    ]
    const vantage = form.text('vantage')
    return { asked: { ...askedAbout(text), namespace, service, vantage }, planned: form.text('planned') }
  })
}

/** As the field of a form gives it back: without blank lines at its beginning, and with line feeds alone. */
const asShown = (text: string): string => text.replaceAll(/\r\n?/g, '\n').replace(/^\n+/, '')

/** One of several Services was chosen by its button. */
function pickOf(pick: string): [string, string] | null {
  const [namespace, service, ...rest] = pick.split('/')
  return namespace === undefined || service === undefined || rest.length > 0 ? null : [namespace, service]
}

/** Tells one question from another, so that what is run is what was shown. */
export const markOf = ({ text, service, namespace, vantage }: Asked): string =>
  sha256Hex(JSON.stringify([text, service, namespace, vantage])).slice(0, 32)

/** The question as the API takes it. */
export function requestOf({ text, service, namespace, vantage }: Asked) {
  return {
    target: {
      manifests: text,
      ...(service !== '' && { service }),
      ...(namespace !== '' && { namespace }),
    },
    ...(vantage !== '' && { vantage: vantage as 'in-cluster' }),
  }
}
