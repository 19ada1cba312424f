import { Option } from 'commander'

export type Output = 'text' | 'json'

/** `-o`: for people, or for programs. */
export const outputOption = (): Option =>
  new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text')

/** What a server renders reports in. */
export const REPORT_FORMATS = ['text', 'json', 'markdown', 'junit', 'csv', 'tap'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]
