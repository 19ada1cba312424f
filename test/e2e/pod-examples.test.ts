/**
 * The objects of examples/kubernetes: each is taken by the schema of its kind, and what their containers run is run, with
 * the rights that they are given and no others.
 *
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VERSION } from '../../src/runtime/version.ts'
import type { ApiServer, KubeObject } from '../support/api-server.ts'
import { cliFolder } from '../support/cli.ts'
import { faultsOf, find, kept, manifestsOf, rightsOf } from '../support/deploy.ts'
import { balanced, OUTSIDE } from '../support/gates.ts'
import { writeKubeconfig } from '../support/kubeconfig.ts'
import { liveClusters } from '../support/live-cluster.ts'
import { startTestPortolan } from '../support/portolan.ts'
import { refusedPort } from '../support/servers.ts'
import { type Pod, startPod } from '../support/toad.ts'

const textOf = (name: string): string => readFileSync(`examples/kubernetes/${name}.yaml`, 'utf8')
const NAMES = globSync('examples/kubernetes/*.yaml').map((file) => basename(file, '.yaml'))

describe('the schemas of their kinds', () => {
  it.each(NAMES)('take every object of %s', (name) => {
    const objects = manifestsOf(textOf(name))
    expect([objects.length > 0, objects.flatMap(faultsOf)]).toEqual([true, []])
  })

  it.each([
    ['flagger-canary', 'retries:'],
    ['argo-rollouts-analysis', 'timeoutSeconds:'],
    ['tekton-task', 'computeResources:'],
    ['flux-check', 'healthChecks:'],
    ['argo-cd-post-sync', 'podFailurePolicy:'],
  ])('refuse a field that there is not in %s', (name, field) => {
    const objects = manifestsOf(textOf(name).replace(field, `a${field}`))
    expect(objects.flatMap(faultsOf).join('\n')).toContain(`"additionalProperty":"a${field.slice(0, -1)}"`)
  })

  it.each(NAMES)('the image of %s is that of this release, wherever it is pushed', (name) => {
    const images = [...textOf(name).matchAll(/image: (.*)/g)].map(([, image]) => image)
    expect(images.filter((image) => image !== `portolan:${VERSION}`)).toEqual([])
  })
})

describe('check-rbac', () => {
  const objects = manifestsOf(textOf('check-rbac'))

  it('has the rights that Portolan has in a namespace, to look once', () => {
    const own: string[] = rightsOf(find(kept('namespaced'), 'Role').rules)
    expect(rightsOf(find(objects, 'Role').rules)).toEqual(own.filter((right) => !right.endsWith(' watch')))
  })

  it('gives them to the account of the pods, and to nobody else', () => {
    const { name, namespace } = find(objects, 'ServiceAccount').metadata
    const { subjects, roleRef } = find(objects, 'RoleBinding')
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name, namespace }])
    expect(roleRef.name).toBe(find(objects, 'Role').metadata.name)
  })
})

// biome-ignore lint/suspicious/noExplicitAny: the shape of a pod, which the schemas hold
type PodSpec = any

const RELEASE: Readonly<Record<string, string>> = { Name: 'toad-svc', Namespace: 'shop' }

/** The pod that each makes, with what its system fills in. */
const PODS: Readonly<Record<string, () => PodSpec>> = {
  'argo-cd-post-sync': () => find(manifestsOf(textOf('argo-cd-post-sync')), 'Job').spec.template.spec,
  'flux-check': () => find(manifestsOf(textOf('flux-check')), 'Job').spec.template.spec,
  'helm-test': () => {
    const filled = textOf('helm-test').replaceAll(/\{\{ \.Release\.(\w+) \}\}/g, (_, name) => RELEASE[name] ?? '')
    expect(filled).not.toContain('{{')
    return find(manifestsOf(filled), 'Pod').spec
  },
  'tekton-task': () => {
    const objects = manifestsOf(textOf('tekton-task'))
    const [{ spec: run }, { spec: task }] = [find(objects, 'TaskRun'), find(objects, 'Task')]
    const given = Object.fromEntries([
      ['context.taskRun.namespace', find(objects, 'TaskRun').metadata.namespace],
      ...[...task.params, ...run.params].map((each: Record<string, string>) => [
        `params.${each.name}`,
        each.value ?? each.default,
      ]),
    ])
    const filled = JSON.stringify(task.steps).replaceAll(/\$\(([\w.]+)\)/g, (_, name) => given[name])
    return { ...run.podTemplate, serviceAccountName: run.serviceAccountName, containers: JSON.parse(filled) }
  },
}

describe('a pod that tests by itself', () => {
  const live = liveClusters()
  const folder = cliFolder()
  let server: ApiServer
  let pod: Pod
  let kubeconfig: string

  beforeAll(async () => {
    pod = await startPod('toad-1')
    server = await live.start()
    server.objects.applyAll([
      ...(manifestsOf(textOf('check-rbac')) as unknown as KubeObject[]),
      balanced('toad-svc', pod.port),
      balanced('frog-svc', await refusedPort()),
    ])
    const { name, namespace } = find(manifestsOf(textOf('check-rbac')), 'ServiceAccount').metadata
    server.tokens.addServiceAccount('token-of-the-account', namespace, name)
    kubeconfig = writeKubeconfig(folder.cwd, { pod: { server, token: 'token-of-the-account', namespace } })
  })
  afterAll(async () => {
    await pod.close()
    await live.closeAll()
    folder.remove()
  })

  /** As the entry point of the image runs it, from outside, so that nothing is asked of this machine's DNS. */
  function run({ containers: [container] }: PodSpec, service = 'toad-svc') {
    const [node, entry] = container.command ?? ['/usr/bin/node', '/app/dist/portolan.cjs']
    expect([node, entry]).toEqual(['/usr/bin/node', '/app/dist/portolan.cjs'])
    const words = container.args.map((word: string) => (word === 'toad-svc' ? service : word))
    const settles = words.indexOf('--settle') + 1
    words[settles] = '0s'
    const set = Object.fromEntries(container.env.map(({ name, value }: Record<string, string>) => [name, value]))
    return folder.run(words, { env: { ...OUTSIDE, ...set, PORTOLAN_KUBECONFIG: kubeconfig } })
  }

  it.each(Object.entries(PODS))('passes, and fails, by the exit code of %s', async (_name, podOf) => {
    const spec = podOf()
    const passed = await run(spec)
    expect([passed.exitCode, passed.stdout]).toEqual([0, expect.stringMatching(/^PASS {2}shop\/toad-svc/m)])
    const failed = await run(spec, 'frog-svc')
    expect([failed.exitCode, failed.stdout]).toEqual([1, expect.stringMatching(/^FAIL {2}shop\/frog-svc/m)])
  })

  it('is not the Service to blame where its rights are missing, or the Service', async () => {
    const spec = PODS['argo-cd-post-sync']?.()
    expect((await run(spec, 'newt-svc')).exitCode).toBe(2)
    server.objects.remove('RoleBinding', 'shop', 'portolan-check')
    const refused = await run(spec)
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('portolan-check')])
  })

  it.each(Object.entries(PODS))('%s may read the cluster, and nothing but that', (_name, podOf) => {
    const { containers, ...spec } = podOf()
    expect(spec).toMatchObject({ serviceAccountName: 'portolan-check', automountServiceAccountToken: true })
    expect(spec.enableServiceLinks).toBe(false)
    const { securityContext } = containers[0]
    expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } })
  })

  it.each(['argo-cd-post-sync', 'flux-check'])('%s tries again what is not known, and not what fails', (name) => {
    const { spec } = find(manifestsOf(textOf(name)), 'Job')
    expect([spec.backoffLimit, spec.podFailurePolicy.rules]).toEqual([
      2,
      [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }],
    ])
  })
})

describe('flux-check', () => {
  it('waits for the Job that stands beside it, longer than that may take', () => {
    const objects = manifestsOf(textOf('flux-check'))
    const [kustomization, job] = [find(objects, 'Kustomization'), find(objects, 'Job')]
    const { name, namespace } = job.metadata
    expect(kustomization.spec.healthChecks).toEqual([{ apiVersion: 'batch/v1', kind: 'Job', name, namespace }])
    const minutes = Number(kustomization.spec.timeout.replace('m', ''))
    expect(minutes * 60).toBeGreaterThan(job.spec.activeDeadlineSeconds)
    expect(kustomization.spec.force).toBe(true)
  })
})

describe('argo-cd-post-sync, helm-test', () => {
  it('are hooks of their systems, made anew each time', () => {
    expect(find(manifestsOf(textOf('argo-cd-post-sync')), 'Job').metadata.annotations).toEqual({
      'argocd.argoproj.io/hook': 'PostSync',
      'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
    })
    expect(find(manifestsOf(textOf('helm-test')), 'Pod').metadata.annotations).toEqual({
      'helm.sh/hook': 'test',
      'helm.sh/hook-delete-policy': 'before-hook-creation',
    })
  })
})

describe('cronjob', () => {
  it('asks a server with the token of its Secret, and has no rights of its own', async () => {
    const TOKEN = 'an-admin-token-from-a-secret'
    const clusters = liveClusters()
    const folder = cliFolder()
    const pod = await startPod('toad-1')
    const { source } = await clusters.of([balanced('toad-svc', pod.port), balanced('frog-svc', await refusedPort())])
    const env = { ...OUTSIDE, PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: TOKEN }
    const portolan = await startTestPortolan(env, { clusterSource: source })
    try {
      const { spec } = find(manifestsOf(textOf('cronjob')), 'CronJob').spec.jobTemplate.spec.template
      const [container] = spec.containers
      expect([spec.automountServiceAccountToken, spec.serviceAccountName]).toEqual([false, undefined])
      const given = Object.fromEntries(
        container.env.map(({ name, value, valueFrom }: Record<string, string>) => [name, value ?? valueFrom]),
      )
      expect(given).toEqual({
        PORTOLAN_SERVER: 'http://portolan.portolan:8080',
        PORTOLAN_INSECURE_HTTP: 'true',
        PORTOLAN_TOKEN: { secretKeyRef: { name: 'portolan-admin', key: 'token' } },
      })
      const run = (service: string) =>
        folder.run(
          container.args.map((word: string) => (word === 'toad-svc' ? service : word)),
          { env: { ...given, PORTOLAN_SERVER: portolan.url, PORTOLAN_TOKEN: TOKEN } },
        )
      const codes = await Promise.all(['toad-svc', 'frog-svc', 'newt-svc'].map(run))
      expect(codes.map(({ exitCode }) => exitCode)).toEqual([0, 1, 2])
    } finally {
      await Promise.all([portolan.close(), pod.close()])
      await clusters.closeAll()
      folder.remove()
    }
  })
})
