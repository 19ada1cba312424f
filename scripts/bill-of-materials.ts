import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

type Component = { 'bom-ref': string; name: string; version: string }
type Bill = { components: Component[]; dependencies: { ref: string; dependsOn?: string[] }[] }
type Locked = { version?: string; dev?: boolean; devOptional?: boolean }

/**
 * Lists what the bundle was made of, as CycloneDX. `npm sbom --omit=dev` leaves out a package of ours that a development
 * dependency needs as well (npm 11), so everything is asked for, and the lock file says what is for development alone.
 *
 * @returns the text of a JSON document.
 */
export function billOfMaterials(): string {
  const whole: Bill = JSON.parse(
    execFileSync('npm', ['sbom', '--sbom-format=cyclonedx'], { encoding: 'utf8', maxBuffer: 64 << 20 }),
  )
  const { packages }: { packages: Record<string, Locked> } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const refsOf = (isDev: boolean): string[] =>
    Object.entries(packages).flatMap(([path, { version, dev = false, devOptional = false }]) =>
      path === '' || (dev || devOptional) !== isDev ? [] : [`${path.split('node_modules/').at(-1)}@${version}`],
    )
  // Node, which the image holds, is not in the lock file: its package brings it when it is installed.
  const unshipped = new Set(refsOf(true)).difference(new Set(refsOf(false)))
  const isShipped = (ref: string): boolean => !unshipped.has(ref.split('|')[0] ?? ref)
  const components = whole.components.filter((component) => isShipped(component['bom-ref']))
  const refs = new Set(components.map((component) => component['bom-ref']))
  const dependencies = whole.dependencies.flatMap(({ ref, dependsOn = [] }, at) =>
    // The first is the bundle itself.
    at === 0 || refs.has(ref) ? [{ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }] : [],
  )
  return JSON.stringify({ ...whole, components, dependencies }, null, 2)
}
