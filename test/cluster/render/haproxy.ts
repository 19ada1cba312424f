/** Describes a load balancer that is a proxy of its own, and how it passes connections on. */
export type Balancer = {
  /** The balancer listens on this address and port. */
  address: string
  port: number
  /** address:port of each server. */
  servers: readonly string[]
  /** Before each connection it sends a PROXY line. */
  sendsProxyLine?: boolean
  /** It takes servers out that take no connection. */
  checksHealth?: boolean
  /** A file with certificate and key: TLS ends here, and what comes next is plain HTTP. */
  endsTls?: string
}

export const renderHaproxy = ({ address, port, servers, sendsProxyLine, checksHealth, endsTls }: Balancer): string =>
  `global
  maxconn 200
defaults
  mode ${endsTls === undefined ? 'tcp' : 'http'}
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen balancer
  bind ${address}:${port}${endsTls === undefined ? '' : ` ssl crt ${endsTls}`}
  balance roundrobin
${servers
  .map(
    (server, turn) =>
      `  server s${turn} ${server}${sendsProxyLine ? ' send-proxy' : ''}${checksHealth ? ' check inter 200ms rise 1 fall 1' : ''}`,
  )
  .join('\n')}
`
