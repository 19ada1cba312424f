/** Runs what follows it in network, mount and PID namespaces that end with it; without root, as root of a new user namespace. */
export const NAMESPACES: readonly string[] = [
  ...['unshare', '--net', '--mount', '--mount-proc', '--pid', '--fork', '--kill-child'],
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  ...['sh', 'test/cluster/enter.sh'],
]
