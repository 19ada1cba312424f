import { type Command, Option } from 'commander'

/** The reports of a run, and how the terminal looks meanwhile. */
export const addReportOptions = (command: Command): Command =>
  command
    .optionsGroup('Reports, all of one run:')
    .option('-o, --output <format>', 'to standard output (default: text)')
    .option('--text <file>')
    .option('--json <file>')
    .option('--junit <file>')
    .option('--markdown <file>')
    .option('--csv <file>')
    .option('--tap <file>')
    .option('-q, --quiet', 'no progress')
    .option('--no-color', 'also: NO_COLOR')

/** Those about what stands in files besides. */
export const addFileReportOptions = (command: Command): Command =>
  command
    .option('--sarif <file>', 'what the files of -f show by themselves, with lines')
    .option('--code-quality <file>', 'for GitLab')

export const ciOption = (): Option =>
  new Option('--ci <system>', 'what else is told: annotations, a summary')
    .default('auto', 'by the environment')
    .choices(['auto', 'github', 'gitlab', 'azure', 'none'])
