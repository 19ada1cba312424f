// Written by scripts/embed-migrations.ts from migrations/; checked by npm run migrations:check.
/* biome-ignore-all format: generated */
/** Every migration, in order. A name that has been released never changes, nor do its statements. */
export const MIGRATIONS: readonly { name: string; statements: readonly string[] }[] = [
  {
    name: "0000_start.sql",
    statements: [
      "CREATE TABLE `idempotency_keys` (\n\t`principal` text NOT NULL,\n\t`method` text NOT NULL,\n\t`path` text NOT NULL,\n\t`key` text NOT NULL,\n\t`fingerprint` text NOT NULL,\n\t`resource` text NOT NULL,\n\t`expires_at_ms` integer NOT NULL,\n\tPRIMARY KEY(`principal`, `method`, `path`, `key`)\n);",
      "CREATE INDEX `idempotency_keys_expiry` ON `idempotency_keys` (`expires_at_ms`);",
      "CREATE TABLE `job_labels` (\n\t`name` text NOT NULL,\n\t`value` text NOT NULL,\n\t`created_at_ms` integer NOT NULL,\n\t`job_no` integer NOT NULL,\n\tPRIMARY KEY(`name`, `value`, `created_at_ms`, `job_no`),\n\tFOREIGN KEY (`job_no`) REFERENCES `jobs`(`no`) ON UPDATE no action ON DELETE no action\n) WITHOUT ROWID;",
      "CREATE INDEX `job_labels_job` ON `job_labels` (`job_no`);",
      "CREATE TABLE `job_objects` (\n\t`job_no` integer NOT NULL,\n\t`part` integer NOT NULL,\n\t`text` text NOT NULL,\n\tPRIMARY KEY(`job_no`, `part`),\n\tFOREIGN KEY (`job_no`) REFERENCES `jobs`(`no`) ON UPDATE no action ON DELETE no action\n);",
      "CREATE TABLE `jobs` (\n\t`no` integer PRIMARY KEY NOT NULL,\n\t`id` text NOT NULL,\n\t`version` integer NOT NULL,\n\t`status` text NOT NULL,\n\t`verdict` text,\n\t`problem` text,\n\t`created_at_ms` integer NOT NULL,\n\t`started_at_ms` integer,\n\t`finished_at_ms` integer,\n\t`cluster` text NOT NULL,\n\t`namespace` text NOT NULL,\n\t`service` text NOT NULL,\n\t`vantage` text NOT NULL,\n\t`labels` text NOT NULL,\n\t`owner` text NOT NULL,\n\t`passed` integer NOT NULL,\n\t`failed` integer NOT NULL,\n\t`errors` integer NOT NULL,\n\t`skipped` integer NOT NULL,\n\t`request` text NOT NULL,\n\t`plan` text,\n\t`diagnosis` text,\n\t`sealed` text,\n\t`deadline_ms` integer,\n\t`deadline_at_ms` integer,\n\t`history` integer NOT NULL,\n\t`schedule_id` text,\n\t`batch_id` text,\n\t`lease_owner` text,\n\t`lease_token` integer NOT NULL,\n\t`lease_until_ms` integer\n);",
      "CREATE UNIQUE INDEX `jobs_id` ON `jobs` (`id`);",
      "CREATE INDEX `jobs_created` ON `jobs` (`created_at_ms`,`id`);",
      "CREATE INDEX `jobs_service` ON `jobs` (`namespace`,`service`,`created_at_ms`);",
      "CREATE INDEX `jobs_verdict` ON `jobs` (`verdict`,`created_at_ms`);",
      "CREATE INDEX `jobs_active` ON `jobs` (`created_at_ms`,`id`) WHERE status in ('queued', 'running');",
      "CREATE INDEX `jobs_schedule` ON `jobs` (`schedule_id`,`created_at_ms`) WHERE schedule_id is not null;",
      "CREATE INDEX `jobs_batch` ON `jobs` (`batch_id`) WHERE batch_id is not null;",
      "CREATE TABLE `results` (\n\t`seq` integer PRIMARY KEY NOT NULL,\n\t`job_no` integer NOT NULL,\n\t`key` text NOT NULL,\n\t`series_no` integer NOT NULL,\n\t`address` text NOT NULL,\n\t`sample` integer NOT NULL,\n\t`try` integer NOT NULL,\n\t`round` integer NOT NULL,\n\t`purpose` integer NOT NULL,\n\t`outcome` integer NOT NULL,\n\t`started_at_ms` integer NOT NULL,\n\t`resolved_address` text,\n\t`local_address` text,\n\t`dns_us` integer,\n\t`connect_us` integer,\n\t`tls_us` integer,\n\t`first_byte_us` integer,\n\t`download_us` integer,\n\t`total_us` integer,\n\t`failure_code` text,\n\t`evidence` integer,\n\t`body` integer,\n\t`own` text,\n\tFOREIGN KEY (`job_no`) REFERENCES `jobs`(`no`) ON UPDATE no action ON DELETE no action\n);",
      "CREATE UNIQUE INDEX `results_key` ON `results` (`job_no`,`key`);",
      "CREATE TABLE `series` (\n\t`no` integer PRIMARY KEY NOT NULL,\n\t`path_id` text NOT NULL,\n\t`check_name` text NOT NULL,\n\t`vantage` text NOT NULL\n);",
      "CREATE UNIQUE INDEX `series_key` ON `series` (`path_id`,`check_name`,`vantage`);",
      "CREATE TABLE `texts` (\n\t`no` integer PRIMARY KEY NOT NULL,\n\t`hash` text NOT NULL,\n\t`part` integer NOT NULL,\n\t`used_day` integer NOT NULL,\n\t`text` text NOT NULL\n);",
      "CREATE UNIQUE INDEX `texts_hash` ON `texts` (`hash`,`part`);",
    ],
  },
]
