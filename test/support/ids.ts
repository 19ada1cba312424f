export const idsOf = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id)
