/**
 * Writes `test/fixtures/kubernetes-schemas.json.gz`: the API's own schemas of the kinds that `deploy/` and
 * `examples/kubernetes/` have, without descriptions, closed against unknown fields as the API server's strict validation is.
 *
 *   node scripts/prune-schemas.ts v1.37.2 k8s.io/kubernetes/api/openapi-spec/swagger.json \
 *     prometheus-operator/example/prometheus-operator-crd/monitoring.coreos.com_{servicemonitors,prometheusrules}.yaml \
 *     flagger/artifacts/flagger/crd.yaml argo-rollouts/manifests/crds/analysis-template-crd.yaml \
 *     tektoncd/pipeline/config/300-crds/300-{task,taskrun}.yaml \
 *     kustomize-controller/config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml
 *
 * All are in the sources of a release, and so in the Go modules `k8s.io/kubernetes` (v1.37.2),
 * `github.com/prometheus-operator/prometheus-operator` (v0.92.1), `github.com/fluxcd/flagger` (v1.36.1),
 * `github.com/argoproj/argo-rollouts` (v1.10.1), `github.com/tektoncd/pipeline` (v1.6.0) and
 * `github.com/fluxcd/kustomize-controller` (v1.9.0). All are under the Apache license 2.0.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readYaml } from '../src/kube/yaml/read-yaml.ts'

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
type Schema = { readonly [name: string]: Json }

const KINDS = new Set([
  ...['v1 Namespace', 'v1 Pod', 'v1 Secret', 'v1 Service', 'v1 ServiceAccount', 'v1 PersistentVolumeClaim'],
  ...['v1 ConfigMap', 'apps/v1 Deployment', 'batch/v1 CronJob', 'batch/v1 Job', 'networking.k8s.io/v1 NetworkPolicy'],
  ...['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'].map((kind) => `rbac.authorization.k8s.io/v1 ${kind}`),
])
const OUT = join(import.meta.dirname, '../test/fixtures/kubernetes-schemas.json.gz')

const isObject = (value: Json | undefined): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const KEPT = ['type', 'required', 'enum', '$ref', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength']

/** Go's regular expressions have flags in front, like (?i), that JavaScript's have not. */
const isPattern = (value: Json): boolean => typeof value === 'string' && !value.includes('(?i)')

/** The schema of a field, a type or a whole kind: what a validator needs of it, closed where it lists its fields. */
function closed(schema: Json): Json {
  if (!isObject(schema)) {
    return schema
  }
  if (schema.format === 'int-or-string' || schema['x-kubernetes-int-or-string'] === true) {
    return { type: ['integer', 'string'] }
  }
  const kept = Object.entries(schema).flatMap(([word, value]): [string, Json][] => {
    if (word === 'properties' || word === 'definitions') {
      return [[word, mapped(value)]]
    }
    if (word === 'items' || word === 'additionalProperties') {
      return [[word, closed(value)]]
    }
    if (word === 'allOf' || word === 'anyOf' || word === 'oneOf') {
      return [[word, Array.isArray(value) ? value.map(closed) : value]]
    }
    return KEPT.includes(word) && (word !== 'pattern' || isPattern(value)) ? [[word, value]] : []
  })
  const isOpen =
    !isObject(schema.properties) ||
    schema.additionalProperties !== undefined ||
    schema['x-kubernetes-preserve-unknown-fields'] === true
  return { ...Object.fromEntries(kept), ...(!isOpen && { additionalProperties: false }) }
}

const mapped = (value: Json | undefined): Schema =>
  isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, closed(each)])) : {}

const [version, swaggerFile, ...crdFiles] = process.argv.slice(2)
if (version === undefined || swaggerFile === undefined) {
  throw new Error('usage: prune-schemas.ts VERSION SWAGGER.json [CRD.yaml …]')
}
const swagger = JSON.parse(readFileSync(swaggerFile, 'utf8'))
/** The name of the definition, by apiVersion and kind. */
const kinds: Record<string, string> = {}
const definitions: Record<string, Json> = {}

function keep(name: string): void {
  if (definitions[name] !== undefined) {
    return
  }
  definitions[name] = closed(swagger.definitions[name])
  for (const [, reference = ''] of JSON.stringify(definitions[name]).matchAll(/"#\/definitions\/([^"]+)"/g)) {
    keep(reference)
  }
}

for (const [name, schema] of Object.entries<Record<string, never>>(swagger.definitions)) {
  for (const { group, version: of, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
    const type = `${group === '' ? '' : `${group}/`}${of} ${kind}`
    if (KINDS.has(type)) {
      kinds[type] = name
      keep(name)
    }
  }
}
const from: Record<string, string> = { kubernetes: version }
/** Of those that a file defines, these are read. */
const CUSTOM = new Set([
  ...['ServiceMonitor', 'PrometheusRule', 'Canary', 'AnalysisTemplate', 'Task', 'TaskRun', 'Kustomization'],
])
type Definition = {
  metadata: { annotations?: Record<string, string> }
  spec: {
    group: string
    names: { kind: string }
    versions: { name: string; storage: boolean; schema: { openAPIV3Schema: Schema } }[]
  }
}

/** As tools that are written in Go read them: js-yaml refuses the folded texts of one. */
const found = crdFiles
  .flatMap((file) => readFileSync(file, 'utf8').split(/^---$/m))
  .map((text) => readYaml(text, { depth: 100, aliased: 0 }).value as Definition | null)
for (const definition of found) {
  if (definition === null || !CUSTOM.has(definition.spec.names.kind)) {
    continue
  }
  const { metadata: crd, spec } = definition
  Object.assign(from, crd.annotations)
  for (const { name, schema } of spec.versions.filter(({ storage }) => storage)) {
    const { properties, ...rest } = schema.openAPIV3Schema
    const metadata = { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }
    const own = `${spec.group}.${name}.${spec.names.kind}`
    kinds[`${spec.group}/${name} ${spec.names.kind}`] = own
    definitions[own] = {
      ...(closed({ ...rest, properties: properties ?? {} }) as Schema),
      properties: { ...mapped(properties), metadata },
    }
  }
}
writeFileSync(OUT, gzipSync(JSON.stringify({ from, kinds, definitions }), { level: 9 }))
console.log(`${Object.keys(kinds).length} kinds, ${Object.keys(definitions).length} definitions`)
