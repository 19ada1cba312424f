/** Findings of manifests, and what readers make of the texts in which CI systems are told of them. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { diagnoseObjects } from '../../src/diagnose/diagnose.ts'
import { parseManifests } from '../../src/kube/parse.ts'
import { planPaths } from '../../src/plan/plan.ts'
import { FROM_MANIFESTS } from '../../src/record/objects-used.ts'
import { describePlan } from '../../src/report/describe-job.ts'
import type { PlanDocument } from '../../src/report/job-document.ts'
import { planInput } from './plan-text.ts'

/** What `POST /v1/plan` answers. */
export function planned(manifests: string, service?: string): PlanDocument {
  const { objects } = parseManifests(manifests, { pointer: '' })
  const plan = planPaths(planInput(manifests, service === undefined ? {} : { target: { service } }))
  return describePlan(plan, diagnoseObjects(plan, objects), FROM_MANIFESTS)
}

const schema = JSON.parse(
  gunzipSync(readFileSync(new URL('../fixtures/sarif/sarif-2.1.0-rtm.5.json.gz', import.meta.url))).toString(),
)
// Nothing of draft 4 but the names of these is used in it
const { id, $schema: _draft, ...rest } = schema
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })
addFormats.default(ajv)
const isSarif = ajv.compile({ $id: id, ...rest })

/** What is wrong with a SARIF log by its schema. */
export const sarifErrors = (text: string): string[] =>
  isSarif(JSON.parse(text))
    ? []
    : (isSarif.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)

export type Command = { name: string; properties: Record<string, string>; data: string }

const unescapeData = (text: string): string =>
  text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')

/** As GitHub's runner reads a line (ActionCommand.TryParseV2); `null`: it is no command. */
export function githubCommand(line: string): Command | null {
  const [, name, given, data] = /^\s*::([\w-]+)(?: (.*?))?::(.*)$/s.exec(line) ?? []
  if (name === undefined) {
    return null
  }
  const properties = (given ?? '').split(',').map((each) => {
    const at = each.indexOf('=')
    return [
      each.slice(0, at),
      unescapeData(
        each
          .slice(at + 1)
          .replaceAll('%3A', ':')
          .replaceAll('%2C', ','),
      ),
    ]
  })
  return { name, properties: Object.fromEntries(properties), data: unescapeData(data ?? '') }
}

const AGENT = [
  ['%3B', ';'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%5D', ']'],
  ['%AZP25', '%'],
] as const

const agentText = (text: string): string => AGENT.reduce((read, [from, to]) => read.replaceAll(from, to), text)

/** As the agent of Azure Pipelines reads a line (Command.TryParse, CommandStringConvertor); `null`: it is no command. */
export function azureCommand(line: string): Command | null {
  const from = line.toLowerCase().indexOf('##vso[')
  const end = line.indexOf(']', from)
  if (from === -1 || end === -1) {
    return null
  }
  const [name = '', ...given] = line.slice(from + '##vso['.length, end).split(' ')
  const properties = given
    .join(' ')
    .split(';')
    .filter((each) => each.includes('='))
    .map((each) => [each.slice(0, each.indexOf('=')), agentText(each.slice(each.indexOf('=') + 1))])
  return { name, properties: Object.fromEntries(properties), data: agentText(line.slice(end + 1)) }
}
