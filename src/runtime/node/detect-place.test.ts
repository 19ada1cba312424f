import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clusterDomainOf, detectPlace } from './detect-place.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-place-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const sources = (env: Record<string, string> = {}) => ({
  serviceAccountFolder: folder,
  resolvConf: join(folder, 'resolv.conf'),
  env,
})

const UNSET = { position: null, vantageName: null, clusterDomain: null }

describe('detectPlace', () => {
  it('stands outside without a service account, whatever resolv.conf says', () => {
    writeFileSync(join(folder, 'resolv.conf'), 'search default.svc.cluster.local svc.cluster.local cluster.local\n')
    expect(detectPlace(UNSET, sources())).toEqual({
      vantage: { name: 'outside', position: 'outside' },
      namespace: null,
      environment: null,
      clusterDomain: null,
      nodeName: null,
    })
  })

  it('knows namespace, cluster domain and node of its pod', () => {
    writeFileSync(join(folder, 'token'), 'x')
    writeFileSync(join(folder, 'namespace'), 'probes\n')
    writeFileSync(
      join(folder, 'resolv.conf'),
      'nameserver 10.96.0.10\nsearch probes.svc.k8s.example svc.k8s.example k8s.example corp.example\noptions ndots:5\n',
    )
    const env = { NODE_NAME: 'node-1', TOAD_SERVICE_HOST: '10.96.0.7' }
    expect(detectPlace(UNSET, sources(env))).toEqual({
      vantage: { name: 'in-cluster', position: 'in-cluster' },
      namespace: 'probes',
      environment: env,
      clusterDomain: 'k8s.example',
      nodeName: 'node-1',
    })
  })

  it.each([
    [{ KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_PORT: 'tcp://10.96.0.1:443' }, null],
    [
      { KUBERNETES_SERVICE_HOST: '10.96.0.1', TOAD_SERVICE_HOST: '10.96.0.7' },
      { KUBERNETES_SERVICE_HOST: '10.96.0.1', TOAD_SERVICE_HOST: '10.96.0.7' },
    ],
  ])('has an environment to look at where its pod is told of Services: %j', (env, environment) => {
    writeFileSync(join(folder, 'token'), 'x')
    writeFileSync(join(folder, 'namespace'), 'probes')
    expect(detectPlace(UNSET, sources(env))).toMatchObject({ environment })
  })

  it('says null for what a bare service account does not tell', () => {
    writeFileSync(join(folder, 'token'), 'x')
    expect(detectPlace(UNSET, sources())).toEqual({
      vantage: { name: 'in-cluster', position: 'in-cluster' },
      namespace: null,
      environment: null,
      clusterDomain: null,
      nodeName: null,
    })
  })

  it('believes the settings over the machine', () => {
    expect(
      detectPlace({ position: 'in-cluster', vantageName: 'zone-a', clusterDomain: 'corp.local' }, sources()),
    ).toMatchObject({ vantage: { name: 'zone-a', position: 'in-cluster' }, clusterDomain: 'corp.local' })
  })
})

describe('clusterDomainOf', () => {
  it.each([
    ['search a.svc.cluster.local svc.cluster.local cluster.local', 'cluster.local'],
    ['search a.svc.cluster.local. svc.cluster.local. cluster.local.', 'cluster.local'],
    ['search old.example\nsearch\ta.svc.z svc.z z', 'z'],
    ['search corp.example svc.example', null],
    ['nameserver 10.0.0.1', null],
    ['', null],
  ])('reads %j as %j', (text, domain) => {
    expect(clusterDomainOf(text)).toBe(domain)
  })
})
