CREATE TABLE `job_chunks` (
	`job_no` integer NOT NULL,
	`chunk` integer NOT NULL,
	`done` integer NOT NULL,
	`lease_owner` text,
	`lease_token` integer NOT NULL,
	`lease_until_ms` integer,
	PRIMARY KEY(`job_no`, `chunk`),
	FOREIGN KEY (`job_no`) REFERENCES `jobs`(`no`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `incident_failures` (
	`incident_no` integer NOT NULL,
	`code` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`incident_no`, `code`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `incidents` (
	`no` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`service_no` integer NOT NULL,
	`series_no` integer NOT NULL,
	`started_at_ms` integer NOT NULL,
	`ended_at_ms` integer,
	`cause` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `incidents_id` ON `incidents` (`id`);--> statement-breakpoint
CREATE INDEX `incidents_series` ON `incidents` (`series_no`,`started_at_ms`);--> statement-breakpoint
CREATE INDEX `incidents_service` ON `incidents` (`service_no`,`started_at_ms`);--> statement-breakpoint
CREATE INDEX `incidents_open` ON `incidents` (`service_no`) WHERE ended_at_ms is null;--> statement-breakpoint
CREATE INDEX `incidents_ended` ON `incidents` (`ended_at_ms`) WHERE ended_at_ms is not null;--> statement-breakpoint
CREATE TABLE `paths` (
	`no` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`service_no` integer NOT NULL,
	`kind` text NOT NULL,
	`document` text NOT NULL,
	`retired_at_ms` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `paths_id` ON `paths` (`id`);--> statement-breakpoint
CREATE INDEX `paths_service` ON `paths` (`service_no`);--> statement-breakpoint
CREATE INDEX `paths_retired` ON `paths` (`retired_at_ms`) WHERE retired_at_ms is not null;--> statement-breakpoint
CREATE TABLE `retained` (
	`level` text PRIMARY KEY NOT NULL,
	`since_ms` integer NOT NULL,
	`cursor` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `rollup_failures` (
	`step` integer NOT NULL,
	`at` integer NOT NULL,
	`series_no` integer NOT NULL,
	`code` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`step`, `at`, `series_no`, `code`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rollup_latency` (
	`step` integer NOT NULL,
	`at` integer NOT NULL,
	`series_no` integer NOT NULL,
	`bucket` integer NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`step`, `at`, `series_no`, `bucket`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rollups` (
	`step` integer NOT NULL,
	`at` integer NOT NULL,
	`series_no` integer NOT NULL,
	`pass` integer NOT NULL,
	`fail` integer NOT NULL,
	`error` integer NOT NULL,
	`skipped` integer NOT NULL,
	`dns_n` integer NOT NULL,
	`dns_us` integer NOT NULL,
	`connect_n` integer NOT NULL,
	`connect_us` integer NOT NULL,
	`tls_n` integer NOT NULL,
	`tls_us` integer NOT NULL,
	`first_byte_n` integer NOT NULL,
	`first_byte_us` integer NOT NULL,
	`download_n` integer NOT NULL,
	`download_us` integer NOT NULL,
	PRIMARY KEY(`step`, `at`, `series_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `series` (
	`no` integer PRIMARY KEY NOT NULL,
	`path_id` text NOT NULL,
	`check_name` text NOT NULL,
	`vantage` text NOT NULL,
	`used_day` integer NOT NULL,
	`service_no` integer,
	`group_no` integer,
	`whole_no` integer,
	`state` integer,
	`since_ms` integer,
	`last_at_ms` integer,
	`last_outcome` integer,
	`last_seq` integer,
	`last_failure_at_ms` integer,
	`last_failure_code` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `series_key` ON `series` (`path_id`,`check_name`,`vantage`);--> statement-breakpoint
CREATE INDEX `series_service` ON `series` (`service_no`) WHERE service_no is not null;--> statement-breakpoint
CREATE INDEX `series_used` ON `series` (`used_day`);--> statement-breakpoint
CREATE TABLE `services` (
	`no` integer PRIMARY KEY NOT NULL,
	`cluster` text NOT NULL,
	`namespace` text NOT NULL,
	`name` text NOT NULL,
	`first_at_ms` integer NOT NULL,
	`last_at_ms` integer,
	`last_ended_at_ms` integer,
	`last_job_id` text,
	`last_verdict` text,
	`plan` text,
	`diagnosis` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `services_name` ON `services` (`namespace`,`name`,`cluster`);--> statement-breakpoint
CREATE TABLE `batches` (
	`no` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`owner` text NOT NULL,
	`cluster` text NOT NULL,
	`namespace` text,
	`selector` text NOT NULL,
	`labels` text NOT NULL,
	`schedule_id` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `batches_id` ON `batches` (`id`);--> statement-breakpoint
CREATE INDEX `batches_created` ON `batches` (`created_at_ms`,`id`);--> statement-breakpoint
CREATE TABLE `schedule_runs` (
	`schedule_no` integer NOT NULL,
	`at_ms` integer NOT NULL,
	`claim` text NOT NULL,
	PRIMARY KEY(`schedule_no`, `at_ms`),
	FOREIGN KEY (`schedule_no`) REFERENCES `schedules`(`no`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `schedule_texts` (
	`schedule_no` integer NOT NULL,
	`what` text NOT NULL,
	`part` integer NOT NULL,
	`text` text NOT NULL,
	PRIMARY KEY(`schedule_no`, `what`, `part`),
	FOREIGN KEY (`schedule_no`) REFERENCES `schedules`(`no`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `schedules` (
	`no` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`version` integer NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`owner` text NOT NULL,
	`name` text NOT NULL,
	`cron` text NOT NULL,
	`time_zone` text NOT NULL,
	`jitter_ms` integer NOT NULL,
	`overlap` text NOT NULL,
	`enabled` integer NOT NULL,
	`anchor_at_ms` integer NOT NULL,
	`cluster` text NOT NULL,
	`namespace` text,
	`service` text,
	`batch` integer NOT NULL,
	`sealed` text,
	`next_at_ms` integer,
	`due_at_ms` integer,
	`last_at_ms` integer,
	`last_outcome` text,
	`last_problem` text,
	`last_created_at_ms` integer,
	`failures` integer NOT NULL,
	`failing_since_ms` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `schedules_id` ON `schedules` (`id`);--> statement-breakpoint
CREATE INDEX `schedules_created` ON `schedules` (`created_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `schedules_due` ON `schedules` (`due_at_ms`,`no`) WHERE due_at_ms is not null;--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`principal` text NOT NULL,
	`method` text NOT NULL,
	`path` text NOT NULL,
	`key` text NOT NULL,
	`fingerprint` text NOT NULL,
	`resource` text NOT NULL,
	`expires_at_ms` integer NOT NULL,
	PRIMARY KEY(`principal`, `method`, `path`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_expiry` ON `idempotency_keys` (`expires_at_ms`);--> statement-breakpoint
CREATE TABLE `job_labels` (
	`name` text NOT NULL,
	`value` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`job_no` integer NOT NULL,
	PRIMARY KEY(`name`, `value`, `created_at_ms`, `job_no`),
	FOREIGN KEY (`job_no`) REFERENCES `jobs`(`no`) ON UPDATE no action ON DELETE no action
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `job_labels_job` ON `job_labels` (`job_no`);--> statement-breakpoint
CREATE TABLE `job_objects` (
	`job_no` integer NOT NULL,
	`part` integer NOT NULL,
	`text` text NOT NULL,
	PRIMARY KEY(`job_no`, `part`),
	FOREIGN KEY (`job_no`) REFERENCES `jobs`(`no`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `jobs` (
	`no` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`version` integer NOT NULL,
	`status` text NOT NULL,
	`verdict` text,
	`problem` text,
	`created_at_ms` integer NOT NULL,
	`started_at_ms` integer,
	`finished_at_ms` integer,
	`cluster` text NOT NULL,
	`namespace` text NOT NULL,
	`service` text NOT NULL,
	`vantage` text NOT NULL,
	`labels` text NOT NULL,
	`owner` text NOT NULL,
	`passed` integer NOT NULL,
	`failed` integer NOT NULL,
	`errors` integer NOT NULL,
	`skipped` integer NOT NULL,
	`request` text NOT NULL,
	`plan` text,
	`diagnosis` text,
	`unprobed` text,
	`sealed` text,
	`deadline_ms` integer,
	`deadline_at_ms` integer,
	`history` integer NOT NULL,
	`schedule_id` text,
	`batch_id` text,
	`lease_owner` text,
	`lease_token` integer NOT NULL,
	`lease_until_ms` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_id` ON `jobs` (`id`);--> statement-breakpoint
CREATE INDEX `jobs_created` ON `jobs` (`created_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_service` ON `jobs` (`namespace`,`service`,`created_at_ms`);--> statement-breakpoint
CREATE INDEX `jobs_verdict` ON `jobs` (`verdict`,`created_at_ms`);--> statement-breakpoint
CREATE INDEX `jobs_active` ON `jobs` (`created_at_ms`,`id`) WHERE status in ('queued', 'running');--> statement-breakpoint
CREATE INDEX `jobs_schedule` ON `jobs` (`schedule_id`,`created_at_ms`) WHERE schedule_id is not null;--> statement-breakpoint
CREATE INDEX `jobs_batch` ON `jobs` (`batch_id`) WHERE batch_id is not null;--> statement-breakpoint
CREATE TABLE `results` (
	`seq` integer PRIMARY KEY NOT NULL,
	`job_no` integer NOT NULL,
	`key` text NOT NULL,
	`series_no` integer NOT NULL,
	`service_no` integer,
	`address` text NOT NULL,
	`sample` integer NOT NULL,
	`try` integer NOT NULL,
	`round` integer NOT NULL,
	`purpose` integer NOT NULL,
	`outcome` integer NOT NULL,
	`started_at_ms` integer NOT NULL,
	`resolved_address` text,
	`local_address` text,
	`dns_us` integer,
	`connect_us` integer,
	`tls_us` integer,
	`first_byte_us` integer,
	`download_us` integer,
	`total_us` integer,
	`failure_code` text,
	`evidence` integer,
	`body` integer,
	`own` text,
	`counted` integer,
	FOREIGN KEY (`job_no`) REFERENCES `jobs`(`no`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `results_key` ON `results` (`job_no`,`key`);--> statement-breakpoint
CREATE INDEX `results_service` ON `results` (`service_no`,`outcome`,`started_at_ms`,`series_no`,`counted`,`total_us`) WHERE service_no is not null;--> statement-breakpoint
CREATE TABLE `texts` (
	`no` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`part` integer NOT NULL,
	`used_day` integer NOT NULL,
	`text` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `texts_hash` ON `texts` (`hash`,`part`);--> statement-breakpoint
CREATE INDEX `texts_used` ON `texts` (`used_day`);