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
	FOREIGN KEY (`job_no`) REFERENCES `jobs`(`no`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `results_key` ON `results` (`job_no`,`key`);--> statement-breakpoint
CREATE TABLE `series` (
	`no` integer PRIMARY KEY NOT NULL,
	`path_id` text NOT NULL,
	`check_name` text NOT NULL,
	`vantage` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `series_key` ON `series` (`path_id`,`check_name`,`vantage`);--> statement-breakpoint
CREATE TABLE `texts` (
	`no` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`part` integer NOT NULL,
	`used_day` integer NOT NULL,
	`text` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `texts_hash` ON `texts` (`hash`,`part`);