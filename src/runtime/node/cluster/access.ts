/**
 * The way to one cluster's API server, and the identity used there. A kubeconfig or a mounted service account gives
 * both.
 *
 * @module
 */

/** A request presents these. They are made anew when any of it changes, so that two are compared by identity alone. */
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
  /** The URL of the proxy for messages, without a password. */
  shown: string
}

/** The API server's certificate is held against this; `null` over plain http. */
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
  /** Each is an event of the log about something that works and should not stay as it is. */
  warnings: readonly AccessWarning[]
}

export type AccessWarning = { event: string; [field: string]: string }
