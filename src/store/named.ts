/** The name at a position: how short closed lists are stored. Lists only grow at their end. */
export function named<T>(names: readonly T[], position: number): T {
  const name = names[position]
  if (name === undefined) throw new Error(`no name has position ${position}`)
  return name
}
