import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram } from '../support/program.ts'
import type { CertificateFiles } from './certificates.ts'
import type { Undo } from './injectors.ts'
import { ip, nft, nsenter } from './netns.ts'
import { type Balancer, renderHaproxy } from './render/haproxy.ts'
import { ROUTER } from './world.ts'

let started = 0

/**
 * HAProxy on the router, in place of what the router did with packets to that address and port.
 */
export async function startBalancer(
  folder: string,
  { endsTls, ...balancer }: Omit<Balancer, 'endsTls'> & { endsTls?: CertificateFiles },
): Promise<Undo> {
  const { address, port } = balancer
  const stem = join(folder, `balancer-${++started}`)
  mkdirSync(folder, { recursive: true })
  if (endsTls !== undefined) {
    writeFileSync(`${stem}.pem`, `${readFileSync(endsTls.cert, 'utf8')}\n${readFileSync(endsTls.key, 'utf8')}`)
  }
  const configuration = renderHaproxy(endsTls === undefined ? balancer : { ...balancer, endsTls: `${stem}.pem` })
  writeFileSync(`${stem}.cfg`, configuration)
  await ip(ROUTER.name, [`addr add ${address}/32 dev lo`])
  // Packets that are translated to their own destination are not translated by any later rule.
  const table = `table ip balancer-${started}`
  await nft(
    ROUTER.name,
    `${table} {
  chain prerouting { type nat hook prerouting priority dstnat - 5; ip daddr ${address} tcp dport ${port} dnat to ${address}; }
}
`,
  )
  const [command = '', ...args] = [...nsenter(ROUTER.name), 'haproxy', '-W', '-db', '-f', `${stem}.cfg`]
  const program = await startProgram(command, args, /Loading success/)
  return async () => {
    await program.stop()
    await nft(ROUTER.name, `delete ${table}`)
    await ip(ROUTER.name, [`addr del ${address}/32 dev lo`])
  }
}
