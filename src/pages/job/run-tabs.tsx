import { Tabs } from '../parts/tabs.tsx'

const LISTS = { jobs: 'Jobs', batches: 'Batches' } as const

/** The lists of what was asked for: jobs by themselves, and those that were asked for together. */
export const RunTabs = ({ here }: { here: keyof typeof LISTS }) => (
  <Tabs
    label="What was asked for"
    of={Object.entries(LISTS).map(([name, text]) => ({ text, href: `/${name}`, isHere: name === here }))}
  />
)
