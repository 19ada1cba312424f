/** Runs what follows it in network, mount and PID namespaces that end with it; without root, as root of a new user namespace. */
export const NAMESPACES: readonly string[] = [
  ...['unshare', '--net', '--mount', '--mount-proc', '--pid', '--fork', '--kill-child'],
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  ...['sh', 'test/cluster/enter.sh'],
]

/** The same with a way out that leads to nobody, and counts: test/support/no-way-out.ts. */
export const NO_WAY_OUT: readonly string[] = [...NAMESPACES, 'sh', 'test/support/no-way-out.sh']
