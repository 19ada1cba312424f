import { readFileSync } from 'node:fs'

export const CLIENT_GUIDE = readFileSync(new URL('../../docs/guides/client.md', import.meta.url), 'utf8')

const [first = '', ...others] = [...CLIENT_GUIDE.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text]) => text)

/**
 * The examples of docs/guides/client.md as one program, which says between them which comes next. What the first names,
 * the others use.
 *
 * @param from the module of the client.
 */
export const guideProgram = (from: string, server: string): string =>
  [
    "import { readFile, writeFile } from 'node:fs/promises'",
    "import { PortolanProblem } from 'portolan/client'",
    first.replace('http://127.0.0.1:8080', server),
    "const work = { target: { service: 'toad', namespace: 'shop' } }",
    "const { id: scheduleId } = await client.createSchedule({ name: 'toad', cron: '@yearly', job: work })",
    ...others.flatMap((text, at) => [`console.log('== ${at + 2}')`, `{\n${text}}`]),
    "console.log('==', (await client.getSchedule(scheduleId)).enabled)",
  ]
    .join('\n')
    .replaceAll("'portolan/client'", `'${from}'`)
