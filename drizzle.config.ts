import { defineConfig } from 'drizzle-kit'

// Flat files, which wrangler applies too. After a change: `npx drizzle-kit generate`, then scripts/embed-migrations.ts.
export default defineConfig({ dialect: 'sqlite', schema: './src/store/*schema.ts', out: './migrations' })
