/**
 * `/v1/incidents`: those of all Services in one list.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { defined } from '../lib/defined.ts'
import { describeTargetIncident } from '../report/describe-history.ts'
import { incidentPosition, listAllIncidents } from '../store/incidents.ts'
import { TargetIncidentSchema } from './history-schemas.ts'
import { answerPage, decodeCursor, encodeCursor, pageFields, pageOf } from './pagination.ts'
import { problems } from './problem.ts'
import { type Api, mount } from './route.ts'
import { spanFields, spanOf } from './window.ts'

const Position = z.tuple([z.literal(['open', 'ended']), z.number(), z.string()])
const flag = z.enum(['true', 'false']).optional()
const isTrue = (word: z.output<typeof flag>): boolean | undefined => word && word === 'true'

export function mountIncidents(app: Api): void {
  mount(
    app,
    {
      method: 'get',
      path: '/v1/incidents',
      operationId: 'listIncidents',
      scope: 'reports:read',
      tags: ['History'],
      summary: 'Incidents of all Services, the open ones first',
      description:
        'Open ones come first, the latest to begin first; then ended ones, the latest to end first. With `from` and ' +
        '`to`: those that were open at any time in that span.',
      query: z.strictObject({
        cluster: z.string().max(253).optional(),
        namespace: z.string().max(63).optional(),
        open: flag.openapi({ description: '`true`: only open ones; `false`: only ended ones' }),
        whole: flag.openapi({
          description:
            '`true`: only those of Services as a whole, one for all that fails; `false`: only those of paths',
        }),
        ...spanFields,
        ...pageFields,
      }),
      responses: { ...pageOf(TargetIncidentSchema), ...problems() },
    },
    async (context, { query }) => {
      const { limit, cursor, from, to, open, whole, ...equal } = query
      const position = decodeCursor(cursor, Position)
      const after = position && { isOpen: position[0] === 'open', atMs: position[1], id: position[2] }
      const filter = { ...defined({ ...equal, open: isTrue(open), whole: isTrue(whole) }), ...spanOf({ from, to }) }
      const found = await listAllIncidents(context.get('deps').store, filter, { limit: limit + 1, after })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      const next = found.length > limit && last ? cursorOf(incidentPosition(last)) : null
      return answerPage(context, items.map(describeTargetIncident), next)
    },
  )
}

const cursorOf = ({ isOpen, atMs, id }: ReturnType<typeof incidentPosition>): string =>
  encodeCursor([isOpen ? 'open' : 'ended', atMs, id])
