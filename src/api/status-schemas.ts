/** Bodies of status pages and announcements, as documented and as enforced; and what is answered. */
import { z } from '@hono/zod-openapi'
import { ANNOUNCEMENT_STATES, PUBLISHED_MAX, SLUG, UPDATES_MAX } from '../record/status-page.ts'
import { PUBLIC_STATES } from '../report/status/document.ts'
import { ANNOUNCEMENT_EXAMPLE, STATUS_PAGE_EXAMPLE } from './request-examples.ts'
import { InstantSchema } from './schemas.ts'

/** Characters that no page shows, but for those that end a line. */
const CONTROL = /\p{Cc}/u
const CONTROL_IN_LINES = /[^\P{Cc}\n\t]/u

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !CONTROL.test(text), 'Has control characters')

const TitleSchema = line(100)
const BodySchema = z
  .string()
  .trim()
  .max(2000)
  .refine((text) => !CONTROL_IN_LINES.test(text), 'Has control characters')

const SlugSchema = z
  .string()
  .regex(SLUG, 'Expected up to 63 lower-case letters, digits and "-", beginning and ending with a letter or a digit')
  .nullable()

const PublishedServiceSchema = z
  .strictObject({
    cluster: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .openapi({ description: 'Left out: the cluster that this server stands in or reads' }),
    namespace: z.string().min(1).max(63),
    name: z.string().min(1).max(63),
    title: TitleSchema.openapi({ description: 'Its name for readers, who see no other name of it' }),
  })
  .openapi('PublishedServiceRequest')

const once = <T>(values: readonly T[]): boolean => new Set(values).size === values.length

const ServicesSchema = z
  .array(PublishedServiceSchema)
  .min(1)
  .max(PUBLISHED_MAX)
  .refine((services) => once(services.map(({ title }) => title)), 'Two Services have the same title')
  .openapi({ description: 'In the order in which they are shown. One that was never probed is shown as unknown' })

const pageFields = {
  slug: SlugSchema.openapi({
    description: 'Its name in the address; null: 26 characters that nobody can guess',
    example: 'pond',
  }),
  title: TitleSchema,
  description: BodySchema.max(500).nullable().openapi({ description: 'Shown under the title' }),
  public: z.boolean().openapi({ description: 'true: anybody may see it. false: only callers that this server knows' }),
  indexed: z.boolean().openapi({ description: 'Whether search engines may list it' }),
  services: ServicesSchema,
}

export const StatusPageRequestSchema = z
  .strictObject({
    ...pageFields,
    slug: pageFields.slug.default(null),
    description: pageFields.description.default(null),
    public: pageFields.public.default(false),
    indexed: pageFields.indexed.default(false),
  })
  .openapi('StatusPageRequest', { example: STATUS_PAGE_EXAMPLE })

const atLeastOne = (given: object): boolean => Object.keys(given).length > 0
const NOTHING_GIVEN = 'Changes nothing: give at least one property'

export const StatusPagePatchSchema = z
  .strictObject(pageFields)
  .partial()
  .refine(atLeastOne, NOTHING_GIVEN)
  .openapi('StatusPagePatch')

export const StatusPageSchema = z
  .object({
    id: z.string().openapi({ example: 'stp_01KAXW0000EXAMPLE0000000AB' }),
    slug: z.string(),
    path: z.string().openapi({ description: 'The path at which it is shown', example: '/status/pond' }),
    title: z.string(),
    description: z.string().nullable(),
    public: z.boolean(),
    indexed: z.boolean(),
    services: z.array(z.object({ cluster: z.string(), namespace: z.string(), name: z.string(), title: z.string() })),
    createdAt: InstantSchema,
    createdBy: z.string().openapi({ description: 'The id of its maker' }),
    updatedAt: InstantSchema,
  })
  .openapi('StatusPage')

const StateSchema = z.enum(ANNOUNCEMENT_STATES)

const announcementFields = {
  title: TitleSchema,
  services: z
    .array(TitleSchema)
    .max(PUBLISHED_MAX)
    .refine(once, 'Names a Service more than once')
    .openapi({ description: 'Titles of Services of the page' }),
  startedAt: z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .openapi({ type: 'string', format: 'date-time', description: 'Not in the future' }),
  state: StateSchema,
  body: BodySchema.openapi({ description: 'Shown as it is: neither HTML nor Markdown' }),
}

export const AnnouncementRequestSchema = z
  .strictObject({
    ...announcementFields,
    services: announcementFields.services.default([]),
    startedAt: announcementFields.startedAt.optional().openapi({ description: 'Left out: now' }),
    state: announcementFields.state.default('investigating'),
    body: announcementFields.body.default(''),
  })
  .openapi('AnnouncementRequest', { example: ANNOUNCEMENT_EXAMPLE })

export const AnnouncementPatchSchema = z
  .strictObject(announcementFields)
  .partial()
  .refine(atLeastOne, NOTHING_GIVEN)
  .openapi('AnnouncementPatch', {
    description: `\`state\` and \`body\` together are one more update, of ${UPDATES_MAX} at most; a \`state\` that is left out stays`,
  })

const UpdateSchema = z.object({ at: InstantSchema, state: StateSchema, body: z.string() })

export const AnnouncementSchema = z
  .object({
    id: z.string().openapi({ example: 'ann_01KAXW0000EXAMPLE0000000AB' }),
    title: z.string(),
    state: StateSchema,
    services: z.array(z.string()),
    startedAt: InstantSchema,
    resolvedAt: InstantSchema.nullable().openapi({ description: 'null: it is not resolved' }),
    createdAt: InstantSchema,
    updatedAt: InstantSchema,
    updates: z.array(UpdateSchema).openapi({ description: 'Oldest first' }),
  })
  .openapi('Announcement')

const availability = z.number().min(0).max(1).nullable()
const IncidentStateSchema = z.enum([...ANNOUNCEMENT_STATES, 'ongoing'])

export const PublicStatusSchema = z
  .object({
    title: z.string(),
    description: z.string().nullable(),
    state: z.enum(PUBLIC_STATES),
    summary: z.string().openapi({ description: 'One sentence', example: 'All services are operational' }),
    days: z
      .object({ from: z.iso.date(), to: z.iso.date() })
      .openapi({ description: 'The first and the last day of `days` of the Services, UTC' }),
    services: z.array(
      z.object({
        title: z.string(),
        state: z.enum(PUBLIC_STATES).openapi({
          description:
            '`degraded`: some ways to it fail. `outage`: all do. `unknown`: it was not looked at for two days, or never',
        }),
        sinceAt: InstantSchema.nullable(),
        lastAt: InstantSchema.nullable().openapi({ description: 'When it was last looked at; null: never' }),
        availability: availability.openapi({ description: 'Over all days, from 0 to 1; null: nothing was tested' }),
        days: z.array(availability).openapi({ description: 'The availability of each day, the oldest first' }),
      }),
    ),
    incidents: z
      .array(
        z.object({
          id: z.string(),
          source: z.enum(['measured', 'announced']),
          title: z.string(),
          state: IncidentStateSchema,
          services: z.array(z.string()),
          startedAt: InstantSchema,
          endedAt: InstantSchema.nullable(),
          updatedAt: InstantSchema,
          updates: z
            .array(z.object({ at: InstantSchema, state: IncidentStateSchema, text: z.string() }))
            .openapi({ description: 'Newest first' }),
        }),
      )
      .openapi({ description: 'Incidents of these days, newest first' }),
    incidentsLeftOut: z.boolean().openapi({ description: 'Whether there are more incidents than listed' }),
  })
  .openapi('PublicStatus')
