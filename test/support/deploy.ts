/**
 * Renders what `deploy/` has, by kustomize (or kubectl, which has one) and by helm, and validates it by the API's own
 * schemas (`scripts/prune-schemas.ts`).
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Ajv } from 'ajv'
import { dump, loadAll } from 'js-yaml'
import { expect } from 'vitest'

export type Manifest = {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  [field: string]: unknown
}

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'portolan/deploy-tools')

/** The program as `scripts/deploy-tools.sh` has built it, else that of PATH; `null`: there is none. */
function programOf(name: string): string | null {
  const built = globSync(`${name}-v*`, { cwd: CACHE }).map((file) => join(CACHE, file))
  const installed = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))
  return [...built, ...installed].find((file) => existsSync(file)) ?? null
}

export const HELM = programOf('helm')
const KUBECTL = programOf('kubectl')
const KUSTOMIZE = programOf('kustomize')
export const CAN_KUSTOMIZE = KUBECTL !== null || KUSTOMIZE !== null

/** Says in the name of a suite why it is skipped. */
export const titled = (name: string, isThere: boolean): string =>
  isThere ? name : `${name} (skipped: scripts/deploy-tools.sh builds what renders it, where Go is)`

type Ran = { status: number | null; stdout: string; stderr: string }

const run = (program: string | null, ...args: string[]): Ran =>
  spawnSync(program ?? 'not-there', args, { encoding: 'utf8', timeout: 60_000 })

/** Renders a folder that has a kustomization.yaml. */
export function kustomize(folder: string): Manifest[] {
  const { status, stdout, stderr } =
    KUBECTL === null ? run(KUSTOMIZE, 'build', folder) : run(KUBECTL, 'kustomize', folder)
  if (status !== 0) {
    throw new Error(`${folder}: ${stderr}`)
  }
  return manifestsOf(stdout)
}

export const CHART = 'deploy/chart/portolan'

export const helm = (...args: string[]): Ran => run(HELM, ...args)

/** Renders the chart as the release `portolan` in the namespace `portolan`. */
export function helmTemplate(...args: string[]): Manifest[] {
  const { status, stdout, stderr } = helm('template', 'portolan', CHART, '--namespace', 'portolan', ...args)
  if (status !== 0) {
    throw new Error(stderr)
  }
  return manifestsOf(stdout)
}

export const manifestsOf = (yaml: string): Manifest[] =>
  (loadAll(yaml) as (Manifest | null)[]).filter((manifest) => manifest !== null)

/** As text that two renderings of the same objects share. */
export const canonical = (manifests: readonly Manifest[]): string =>
  manifests
    .toSorted((one, other) => nameOf(one).localeCompare(nameOf(other)))
    .map((manifest) => dump(manifest, { sortKeys: true, lineWidth: -1 }))
    .join('---\n')

export const nameOf = ({ kind, metadata }: Manifest): string =>
  [kind, ...(metadata.namespace === undefined ? [] : [metadata.namespace]), metadata.name].join('/')

const { kinds, definitions } = JSON.parse(
  gunzipSync(readFileSync(new URL('../fixtures/kubernetes-schemas.json.gz', import.meta.url))).toString(),
)
const ajv = new Ajv({ strict: false, allErrors: true }).addSchema({ $id: 'kubernetes', definitions })

/** What the API server would refuse: fields that there are not, that are missing, or that have another type. */
export function faultsOf(manifest: Manifest): string[] {
  const type = `${manifest.apiVersion} ${manifest.kind}`
  const validate = ajv.getSchema(`kubernetes#/definitions/${kinds[type]}`)
  if (validate === undefined) {
    return [`${nameOf(manifest)}: there is no schema of ${type}`]
  }
  validate(manifest)
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${nameOf(manifest)}${instancePath}: ${message} ${JSON.stringify(params)}`,
  )
}

/** Overlays, and the values of the chart that make the same objects. */
export const SECRET = ['--set', 'auth.existingSecret=portolan-admin']
export const OVERLAYS = {
  'cluster-wide': { folder: 'deploy/overlays/cluster-wide', values: SECRET },
  namespaced: { folder: 'deploy/overlays/namespaced', values: [...SECRET, '--set', 'rbac.namespaces={shop}'] },
  reviewed: {
    folder: 'test/fixtures/deploy/reviewed',
    values: [...SECRET, '--set', 'rbac.namespaces={shop}', '--set', 'rbac.tokenReview=true'],
  },
  monitored: {
    folder: 'test/fixtures/deploy/monitored',
    values: [
      ...SECRET,
      ...['--set', 'metrics.serviceMonitor.enabled=true', '--set', 'metrics.prometheusRule.enabled=true'],
    ],
  },
} as const
export type Overlay = keyof typeof OVERLAYS
export const NAMES = Object.keys(OVERLAYS) as Overlay[]

/** What kustomize made of an overlay, kept so that it is looked at where there is no kustomize, too. */
export const keptFile = (overlay: Overlay): string => `test/fixtures/deploy/${overlay}.yaml`
export const kept = (overlay: Overlay): Manifest[] => manifestsOf(readFileSync(keptFile(overlay), 'utf8'))

export type Rule = { apiGroups: string[]; resources: string[]; verbs: string[] }

/** One line for each right: `apps/deployments list`. */
export const rightsOf = (rules: readonly Rule[]): string[] =>
  rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb}`)),
      ),
    )
    .toSorted()

/** Finds the one object of a kind. */
// biome-ignore lint/suspicious/noExplicitAny: manifests of all kinds, whose types the schemas hold
export const find = (manifests: readonly Manifest[], kind: string): any => {
  const found = manifests.filter((manifest) => manifest.kind === kind)
  expect(found.map(nameOf)).toHaveLength(1)
  return found[0]
}
