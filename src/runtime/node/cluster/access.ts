/**
 * How one cluster's API server is reached, and as whom: what a kubeconfig or a mounted service account comes to.
 *
 * @module
 */

/** What one request presents. Made anew when any of it changes, so that two are the same only by identity. */
export type Presented = {
  /** Header lines of every request. */
  headers: Readonly<Record<string, string | readonly string[]>>
  /** PEM texts of the client certificate; `null`: none is shown. */
  certificate: { cert: string; key: string } | null
  /** Texts that must not appear in a message, as the server might repeat them. */
  secrets: readonly string[]
}

export type Credentials = {
  /**
   * Gives what to present now: files are read again when they have changed, a plugin is run again when what it gave has
   * expired.
   *
   * @throws ApiError `credentials`, or the reason of `signal`.
   */
  current(signal?: AbortSignal): Promise<Presented>
  /**
   * The API server has answered 401 to `refused`. Tells whether there is something else to present now.
   *
   * @throws ApiError `credentials`, or the reason of `signal`.
   */
  renew(refused: Presented, signal?: AbortSignal): Promise<boolean>
  close(): void
}

/** A proxy that is asked to CONNECT (RFC 9110 9.3.6). */
export type TunnelProxy = {
  tls: boolean
  host: string
  port: number
  /** The value of Proxy-Authorization; `null`: none. */
  authorization: string | null
  /** For messages: without a password. */
  shown: string
}

/** What the API server's certificate is held against; `null` over plain http. */
export type ServerTrust = {
  /**
   * PEM texts of the authorities; `null`: those of the system and of Node.
   *
   * @throws ApiError `credentials`
   */
  authorities(): Promise<string | null>
  /** `false`: any certificate will do. */
  verify: boolean
  /** The name that the certificate must have, instead of the host's. */
  serverName: string | null
}

export type ClusterAccess = {
  /** The name by which jobs ask for the cluster. */
  name: string
  source: 'kubeconfig' | 'in-cluster'
  /** The URL of the API server, for people: it holds no credentials. */
  server: string
  host: string
  port: number
  /** It stands before every path of the API, like `/k8s/clusters/c-abc`; without a slash at the end. */
  basePath: string
  trust: ServerTrust | null
  proxy: TunnelProxy | null
  /** Large answers may come compressed. */
  compression: boolean
  credentials: Credentials
  /** The namespace that its user works in, as far as it is known. */
  namespace: string | null
  /** What works and should not be left so, each as an event of the log. */
  warnings: readonly AccessWarning[]
}

export type AccessWarning = { event: string; [field: string]: string }
