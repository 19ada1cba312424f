import { describe, expect, it } from 'vitest'
import { service } from '../../test/support/manifests.ts'
import { planOf } from '../../test/support/plan-text.ts'
import { ProblemError } from '../lib/problem.ts'

function refusal(work: () => unknown): { code: string; detail: string; pointers: string[] } {
  try {
    work()
  } catch (error) {
    if (error instanceof ProblemError) {
      return { code: error.code, detail: error.detail, pointers: error.errors.map(({ pointer }) => pointer) }
    }
    throw error
  }
  throw new Error('nothing was refused')
}

const toad = service()
const frog = service({ clusterIP: '10.96.0.8' }, { name: 'frog' })
const toadInLake = service({ clusterIP: '10.96.0.9' }, { namespace: 'lake' })
const toadInDefault = service({ clusterIP: '10.96.0.10' }, { namespace: 'default' })
const unplaced = { ...toad, metadata: { name: 'toad' } }

describe('the target', () => {
  it.each([
    ['the only Service', [toad], {}, 'pond/toad'],
    ['a Service by name, in its own namespace', [toad, frog], { service: 'toad' }, 'pond/toad'],
    ['one of two namespaces', [toad, toadInLake], { service: 'toad', namespace: 'lake' }, 'lake/toad'],
    ['the only one of a namespace', [toad, toadInLake], { namespace: 'lake' }, 'lake/toad'],
    ['a Service without namespace, in default', [unplaced], {}, 'default/toad'],
    ['a Service without namespace, where it is asked for', [unplaced], { namespace: 'lake' }, 'lake/toad'],
    [
      'that of the namespace, beside one without: trials row 18',
      [unplaced, toadInLake],
      { service: 'toad', namespace: 'lake' },
      'lake/toad',
    ],
    ['that of the namespace, with no name given', [unplaced, toadInLake], { namespace: 'lake' }, 'lake/toad'],
    [
      'the one without, asked for in default',
      [unplaced, toadInLake],
      { service: 'toad', namespace: 'default' },
      'default/toad',
    ],
    [
      'the one without, in a namespace that no other names',
      [unplaced, toadInLake],
      { service: 'toad', namespace: 'sea' },
      'sea/toad',
    ],
    [
      'one of default, which one without namespace is too',
      [unplaced, toadInDefault],
      { service: 'toad' },
      'default/toad',
    ],
    ['the only one, which is there with and without default', [unplaced, toadInDefault], {}, 'default/toad'],
    [
      'one of three, by its namespace',
      [unplaced, toadInLake, toadInDefault],
      { service: 'toad', namespace: 'lake' },
      'lake/toad',
    ],
  ])('is %s', (_what, manifests, target, expected) => {
    const plan = planOf(manifests, { target })
    expect(`${plan.target.namespace}/${plan.target.service}`).toBe(expected)
  })

  it('says that a Service without namespace was passed over, and takes the addresses of the other', () => {
    const plan = planOf([unplaced, toadInLake], { target: { service: 'toad', namespace: 'lake' } })
    expect(plan.ignored).toEqual([
      {
        object: 'Service/toad',
        reason: 'it names no namespace, and there is Service/toad of namespace lake, which counts',
      },
    ])
    expect(plan.paths.find(({ kind }) => kind === 'ClusterIP')?.address).toBe('10.96.0.9')
  })

  it('refuses to choose between one with and one without namespace, and says how to ask for either', () => {
    expect(refusal(() => planOf([unplaced, toadInLake], { target: { service: 'toad' } }))).toEqual({
      code: 'service_ambiguous',
      detail:
        'There are several Services: toad (which names no namespace), lake/toad. Say which one is meant by its namespace.',
      pointers: ['/target/namespace'],
    })
  })

  it('refuses a name that is not there, with the near miss', () => {
    expect(refusal(() => planOf([toad, frog], { target: { service: 'taod' } }))).toEqual({
      code: 'service_not_found',
      detail: 'Service/taod is not among the objects. Did you mean toad? There are: pond/frog, pond/toad.',
      pointers: ['/target/service'],
    })
  })

  it('refuses a name that is elsewhere, and says where', () => {
    expect(refusal(() => planOf([toadInLake, frog], { target: { service: 'toad', namespace: 'pond' } }))).toEqual({
      code: 'service_not_found',
      detail:
        'Service/toad in namespace pond is not among the objects. It is in namespace lake. There are: lake/toad, pond/frog.',
      pointers: ['/target/namespace'],
    })
  })

  it('refuses objects without a Service', () => {
    expect(refusal(() => planOf([]))).toEqual({
      code: 'service_not_found',
      detail: 'There is no Service among the objects.',
      pointers: ['/target/manifests'],
    })
  })

  it('refuses an empty namespace', () => {
    expect(refusal(() => planOf([toad, frog], { target: { namespace: 'lake' } }))).toEqual({
      code: 'service_not_found',
      detail: 'There is no Service in namespace lake among the objects. There are: pond/frog, pond/toad.',
      pointers: ['/target/namespace'],
    })
  })

  it('refuses to choose between Services, and lists them', () => {
    expect(refusal(() => planOf([toad, frog]))).toEqual({
      code: 'service_ambiguous',
      detail: 'There are several Services: pond/frog, pond/toad. Say which one is meant by its name.',
      pointers: ['/target/service'],
    })
    expect(refusal(() => planOf([toad, toadInLake], { target: { service: 'toad' } }))).toEqual({
      code: 'service_ambiguous',
      detail: 'There are several Services: lake/toad, pond/toad. Say which one is meant by its namespace.',
      pointers: ['/target/namespace'],
    })
  })
})
