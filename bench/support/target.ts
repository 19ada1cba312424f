/**
 * Starts what is probed: nginx where it is installed, else a Node server, in a process of its own.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '../../src/lib/clock.ts'

export const HOST = '127.0.0.1'
const NGINX = '/usr/sbin/nginx'

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') {
    throw new Error('no port')
  }
  return address.port
}

export async function untilItListens(port: number, host = HOST): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect({ port, host })
    const [up] = await Promise.race([
      once(socket, 'connect').then(() => [true]),
      once(socket, 'error').then(() => [false]),
    ]).catch(() => [false])
    socket.destroy()
    if (up) {
      return
    }
    await systemClock.sleep(25)
  }
  throw new Error(`nothing listens on ${port}`)
}

/**
 * @param folder for its files.
 * @param addresses where it listens, on the same port of each.
 */
export async function startTarget(
  folder: string,
  addresses: readonly string[] = [HOST],
): Promise<{ port: number; what: string; child: ChildProcess }> {
  const port = await freePort()
  if (existsSync(NGINX)) {
    const listens = addresses.map((address) => `listen ${address}:${port} backlog=4096;`)
    const conf = `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
      events { worker_connections 4096; }
      http { access_log off; client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
        uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
        server { ${listens.join(' ')} default_type text/plain; return 200 "You've hit toad-xueq1\\n"; } }`
    writeFileSync(join(folder, 'nginx.conf'), conf)
    const child = spawn(NGINX, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
    await untilItListens(port, addresses[0])
    return { port, what: 'nginx', child }
  }
  const script = `for (const address of ${JSON.stringify(addresses)})
    require('node:http').createServer((q, r) => r.end("You've hit toad-xueq1\\n")).listen(${port}, address, 4096)`
  const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' })
  await untilItListens(port, addresses[0])
  return { port, what: 'a Node server', child }
}
