import { createServer } from 'node:http'
import { type Listener, listen, type Place } from './listen.ts'

/** A web server that says its own name, as the toads of Kubernetes tutorials do. */
export function startPod(name: string, at: Place): Promise<Listener> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'x-pod-name': name })
    response.end(`You've hit ${name}\n`)
  })
  return listen(server, `pod ${name}`, at)
}
