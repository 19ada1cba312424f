/** An API server that takes connections and says nothing, told in one sentence by every command that reads a cluster. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cliFolder } from '../../support/cli.ts'
import { writeKubeconfig } from '../../support/kubeconfig.ts'
import { keeper, serve } from '../../support/servers.ts'

const { keep, closeAll } = keeper()
const folder = cliFolder()
let kubeconfig = ''

beforeAll(async () => {
  const { port } = await keep(serve(() => undefined))
  kubeconfig = writeKubeconfig(folder.cwd, {
    here: { server: { url: `http://127.0.0.1:${port}`, caPem: '' }, namespace: 'shop' },
  })
})
afterAll(async () => {
  await closeAll()
  folder.remove()
})

const SILENT =
  'There was no answer within 0.2 s. Where a cluster is read, is its API server overloaded, or is it something else that ' +
  'listens there? --server-timeout waits longer.'

const ask = async (args: string) => {
  const words = [...args.split(' '), '--kubeconfig', kubeconfig, '--server-timeout', '200ms']
  const { exitCode, stdout, stderr } = await folder.run(words)
  return { exitCode, stdout, stderr: stderr.replace(/^Warning: cluster in clear text .*\n/, '') }
}

it.each([
  'check toad-svc',
  'check -A',
  'check -l app=toad',
  'plan toad-svc',
  'plan -A',
  'plan -l app=toad -n shop',
  'services',
  'compare Ingress/a Ingress/b -n shop --service toad-svc',
])('portolan %s', async (args) => {
  expect(await ask(args)).toEqual({ exitCode: 2, stdout: '', stderr: `${SILENT}\n` })
})

it('portolan watch tells it as what is not known yet', async () => {
  const { exitCode, stdout } = await ask('watch toad-svc --until pass --wait 300ms')
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: expect.stringContaining(`UNKNOWN  ${SILENT}`) })
})

it('portolan doctor tells it beside what else there is', async () => {
  const { exitCode, stdout, stderr } = await ask('doctor -o json')
  const { lines } = JSON.parse(stdout)
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' })
  expect(lines.filter(({ name }: { name: string }) => name === 'cluster')).toEqual([
    { name: 'cluster', state: 'wrong', says: SILENT, todo: null },
  ])
})
