import { dump } from 'js-yaml'
import { archiveName } from './pack-archive.ts'
import { PLATFORMS } from './platforms.ts'

/**
 * The manifest by which krew installs `kubectl portolan`.
 * <https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/>
 *
 * @param homepage the repository, whose releases hold the archives.
 * @param sha256 gives the checksum of an archive, in hexadecimal.
 */
export const krewManifest = (version: string, homepage: string, sha256: (file: string) => string): string =>
  dump(
    {
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name: 'portolan' },
      spec: {
        version: `v${version}`,
        homepage,
        shortDescription: 'Check every path to a Service, and name the broken layer',
        description:
          'Asks whether a Service can be reached on every path on which it should be reachable: DNS name, ClusterIP, ' +
          'NodePort on every node, LoadBalancer, Ingress and Gateway routes, endpoints. Says which layer is broken, and why.\n',
        platforms: PLATFORMS.map((platform) => ({
          selector: { matchLabels: { os: platform.os, arch: platform.arch } },
          uri: `${homepage}/releases/download/v${version}/${archiveName(version, platform)}`,
          sha256: sha256(archiveName(version, platform)),
          files: [{ from: `portolan-${version}-${platform.name}/*`, to: '.' }],
          bin: platform.os === 'windows' ? 'kubectl-portolan.cmd' : 'kubectl-portolan',
        })),
      },
    },
    { lineWidth: -1, noRefs: true },
  )
