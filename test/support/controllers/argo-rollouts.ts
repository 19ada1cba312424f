/**
 * How an analysis of Argo Rollouts measures by a web metric, and what it makes of the measurements, as its code has it:
 * metricproviders/webmetric/webmetric.go, utils/evaluate/evaluate.go and analysis/analysis.go of argoproj/argo-rollouts
 * v1.10.1. Of the templates of client-go's JSONPath and of the expressions of expr-lang it reads what metrics of gates
 * need, and throws at the rest. `test/gates` asks the packages themselves the same.
 *
 * @module
 */
export type Phase = 'Successful' | 'Failed' | 'Inconclusive' | 'Error'

/** A metric of an AnalysisTemplate. */
export type Metric = {
  name: string
  successCondition?: string
  failureCondition?: string
  count?: number
  interval?: string
  failureLimit?: number
  inconclusiveLimit?: number
  consecutiveErrorLimit?: number
  consecutiveSuccessLimit?: number
  provider: {
    web: {
      url: string
      method?: 'GET' | 'POST' | 'PUT'
      headers?: readonly { key: string; value: string }[]
      timeoutSeconds?: number
      jsonPath?: string
      jsonBody?: unknown
    }
  }
}

/** `value` as the AnalysisRun keeps it: JSON, or the body where it is none. */
export type Measurement = { phase: Phase; value?: string; message?: string }

/** Takes one measurement. */
export async function measure(metric: Metric): Promise<Measurement> {
  const { url, method = 'GET', headers = [], timeoutSeconds = 0, jsonPath = '{$}', jsonBody } = metric.provider.web
  if (jsonBody !== undefined && method === 'GET') {
    return { phase: 'Error', message: 'Body/JSONBody can only be used with POST or PUT WebMetric Method types' }
  }
  const sent = new Headers(headers.map(({ key, value }): [string, string] => [key, value]))
  if (jsonBody !== undefined) {
    sent.set('content-type', 'application/json')
  }
  const response = await fetch(url, {
    ...{ method, headers: sent, signal: AbortSignal.timeout((timeoutSeconds > 0 ? timeoutSeconds : 10) * 1000) },
    ...(jsonBody !== undefined && { body: JSON.stringify(jsonBody) }),
  })
  const text = await response.text()
  if (!response.ok) {
    return { phase: 'Error', message: `received non 2xx response code: ${response.status}` }
  }
  const data = parsed(text)
  if (data === undefined) {
    return { phase: 'Successful', value: text }
  }
  const found = find(jsonPath, data)
  if (found === undefined) {
    return { phase: 'Error', message: `Could not find JSONPath in body: ${jsonPath}` }
  }
  return { phase: evaluate(metric, found), value: JSON.stringify(found) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Text outside of braces stands for itself. */
function find(template: string, data: unknown): unknown {
  const inside = /^\{\$((?:\.\w+|\[\d+\])*)\}$/.exec(template)?.[1]
  if (inside === undefined) {
    if (template.includes('{')) {
      throw new Error(`This transcription does not read the template ${template}`)
    }
    return template
  }
  return member(data, inside)
}

const member = (data: unknown, path: string): unknown =>
  (path.match(/\w+/g) ?? []).reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    data,
  )

function evaluate({ successCondition = '', failureCondition = '' }: Metric, result: unknown): Phase {
  const success = successCondition !== '' && condition(successCondition, result)
  const failure = failureCondition !== '' && condition(failureCondition, result)
  if (successCondition === '' && failureCondition === '') {
    return 'Successful'
  }
  const failed = failureCondition === '' ? !success : failure
  const succeeded = successCondition === '' ? !failure : success
  return failed ? 'Failed' : succeeded ? 'Successful' : 'Inconclusive'
}

/** `result == "pass"`, of a field too, joined by `&&` or `||`. */
function condition(text: string, result: unknown): boolean {
  const either = text.split('||')
  if (either.length > 1) {
    return either.some((each) => condition(each, result))
  }
  return text.split('&&').every((each) => {
    const [, path = '', operator, literal = ''] = /^\s*result((?:\.\w+)*) *(==|!=) *(\S+)\s*$/.exec(each) ?? []
    if (operator === undefined) {
      throw new Error(`This transcription does not read the condition ${each}`)
    }
    const isSame = member(result, path) === (literal === 'nil' ? null : JSON.parse(literal))
    return isSame === (operator === '==')
  })
}

/**
 * What all measurements so far make of a metric, and `null`: it is measured again. `Failed` and `Error` abort the
 * rollout, `Inconclusive` pauses it.
 */
export function assess(metric: Metric, phases: readonly Phase[]): Phase | null {
  const count = (phase: Phase): number => phases.filter((each) => each === phase).length
  const last = (phase: Phase): number => {
    const other = phases.findLastIndex((each) => each !== phase)
    return phases.length - 1 - other
  }
  const { failureLimit = 0, inconclusiveLimit = 0, consecutiveErrorLimit = 4, consecutiveSuccessLimit = 0 } = metric
  if (last('Error') > consecutiveErrorLimit) {
    return 'Error'
  }
  if (count('Inconclusive') > inconclusiveLimit) {
    return 'Inconclusive'
  }
  if (failureLimit >= 0 && count('Failed') > failureLimit) {
    return 'Failed'
  }
  if (consecutiveSuccessLimit > 0 && last('Successful') >= consecutiveSuccessLimit) {
    return 'Successful'
  }
  const most = metric.count ?? (metric.interval === undefined ? 1 : null)
  if (most === null || phases.length - count('Error') < most) {
    return null
  }
  return consecutiveSuccessLimit > 0 ? (failureLimit >= 0 ? 'Inconclusive' : 'Failed') : 'Successful'
}
