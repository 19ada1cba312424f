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

describe('detectPlace', () => {
  it('stands outside without a service account, whatever resolv.conf says', () => {
    writeFileSync(join(folder, 'resolv.conf'), 'search default.svc.cluster.local svc.cluster.local cluster.local\n')
    expect(detectPlace(sources())).toEqual({
      vantage: 'outside',
      namespace: null,
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
    expect(detectPlace(sources({ NODE_NAME: 'node-1' }))).toEqual({
      vantage: 'in-cluster',
      namespace: 'probes',
      clusterDomain: 'k8s.example',
      nodeName: 'node-1',
    })
  })

  it('says null for what a bare service account does not tell', () => {
    writeFileSync(join(folder, 'token'), 'x')
    expect(detectPlace(sources())).toEqual({
      vantage: 'in-cluster',
      namespace: null,
      clusterDomain: null,
      nodeName: null,
    })
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
