import { Option } from 'commander'

export type Output = 'text' | 'json'

/** `-o`: for people, or for programs. */
export const outputOption = (): Option =>
  new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text')

/** The formats in which a server renders reports. */
export const REPORT_FORMATS = ['text', 'json', 'markdown', 'junit', 'csv', 'tap'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]
