import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliFolder } from '../../support/cli.ts'
import { ingress, service } from '../../support/compare.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { sameIn } from '../../support/same-document.ts'
import { keeper, serveHttp, type TestServer } from '../../support/servers.ts'

const { keep, closeAll } = keeper()
const folder = cliFolder()
let old: TestServer
let next: TestServer
let portolan: TestPortolan

const answering = (text: string) => keep(serveHttp((_request, response) => response.end(text)))

beforeAll(async () => {
  ;[old, next, portolan] = await Promise.all([
    answering('toad'),
    answering('frog'),
    keep(startTestPortolan({ PORTOLAN_VANTAGE: 'outside' })),
  ])
  folder.write('shop.json', JSON.stringify([service, ingress('old', ['/']), ingress('next', ['/'])]))
})
afterAll(async () => {
  await closeAll()
  folder.remove()
})

const compare = (right: TestServer, more: readonly string[] = []) =>
  folder.run([
    ...['compare', 'ing/old', 'ingress/pond/next', '-f', 'shop.json', ...more],
    ...['--left-controller', old.address, '--left-ports', `http=${old.port}`],
    ...['--right-controller', right.address, '--right-ports', `http=${right.port}`],
  ])

describe('portolan compare', () => {
  it('exits 0 where both sides answer alike, and 1 with what differs where they do not', async () => {
    const alike = await compare(old, ['--server', portolan.url])
    expect({ exitCode: alike.exitCode, first: alike.stdout.slice(0, 6) }).toEqual({ exitCode: 0, first: 'PASS  ' })
    const different = await compare(next, ['--server', portolan.url, '--junit', 'compare.xml'])
    expect({ exitCode: different.exitCode, first: different.stdout.slice(0, 6) }).toEqual({
      exitCode: 1,
      first: 'FAIL  ',
    })
    expect(folder.read('compare.xml')).toContain('<failure')
  })

  it('finds the same here as a server does', async () => {
    const here = await compare(next, ['-o', 'json'])
    const there = await compare(next, ['-o', 'json', '--server', portolan.url])
    const withoutTimes = (text: string) => JSON.parse(text.replaceAll(/"totalMs":[\d.]+/g, '"totalMs":0'))
    expect(sameIn(withoutTimes(here.stdout))).toEqual(sameIn(withoutTimes(there.stdout)))
  })

  it.each([
    ['shop', 'Ingress/b', /^"shop" is no side of a comparison: write Ingress\/NAME/],
    ['job_01KAXW0000EXAMPLE0000000AB', 'Ingress/b', /^Jobs are kept by a server: .*--server\.$/m],
  ])('teaches what is wrong with %s, and exits 2', async (left, right, message) => {
    const { exitCode, stderr } = await folder.run(['compare', left, right, '-f', 'shop.json'])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(message)
  })

  it('has no report about files', async () => {
    const { exitCode, stderr } = await folder.run(['compare', 'ing/a', 'ing/b', '-f', 'shop.json', '--sarif', 'x'])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/unknown option '--sarif'/)
  })
})
