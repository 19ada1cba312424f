import { loadBeside } from '../beside.ts'
import type { AddCommand } from '../command.ts'
import { withExamples, wrongWords } from '../help-text.ts'
import { SETTINGS_HELP, settingMeantBy } from '../serve-help.ts'
import { addSettingOptions } from '../setting-options.ts'
import type { SettingFlags } from '../settings.ts'

export const serveCommand: AddCommand = (program, io) => {
  const command = program
    .command('serve')
    .summary('Serve the API, with schedules and history, until Ctrl-C or SIGTERM.')
    .description(
      'Serves the API of Portolan, runs its schedules and keeps their history, until Ctrl-C or SIGTERM. The line of the ' +
        'log whose event is "listening" says where; /docs is the API to read.',
    )
    .action(async (flags: SettingFlags) => {
      const [{ readLayers }, { serve }] = await Promise.all([
        import('../settings.ts'),
        loadBeside<typeof import('../../node/serve.ts')>('portolan serve', '../node/serve.ts', './server.js'),
      ])
      const { env, nameOf } = (await readLayers(io, flags)).layers
      await serve(env, nameOf)
    })
  addSettingOptions(command, ['node'])
  withExamples(command, [
    ['portolan serve', 'http://127.0.0.1:8080, no token, data/portolan.db'],
    ['portolan serve --port 0', 'on a free port'],
    ['portolan serve --egress-allow 127.0.0.0/8', 'with permission to probe this machine'],
    ['portolan serve --kubeconfig ~/.kube/config', 'reads the cluster of its current context'],
    [
      'PORTOLAN_ADMIN_TOKEN=$(openssl rand -hex 24) portolan serve --host 0.0.0.0',
      'for other machines, which need the token',
    ],
  ])
  command.addHelpText('after', `\n${SETTINGS_HELP}`)
  command.addHelpText('after', 'Exit codes: 0 it was told to stop, and did; 2 it refused to start, or failed.')
  command.configureOutput({
    outputError(text, write) {
      const [, option = ''] = /unknown option '(--[\w-]+)/.exec(text) ?? []
      const wrong = wrongWords(command, text)
      const setting = wrong.includes('Did you mean') ? null : settingMeantBy(option)
      write(wrong + (setting === null ? '' : `It has no flag: ${setting}=… portolan serve\n`))
    },
  })
}
