CREATE TABLE `audit` (
	`no` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`at_ms` integer NOT NULL,
	`actor` text NOT NULL,
	`actor_name` text NOT NULL,
	`action` text NOT NULL,
	`resource` text NOT NULL,
	`cluster` text,
	`namespace` text,
	`before` text,
	`after` text,
	`request_id` text,
	`client_address` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_id` ON `audit` (`id`);--> statement-breakpoint
CREATE INDEX `audit_at` ON `audit` (`at_ms`,`no`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`no` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`token_hash` text,
	`principal` text,
	`created_at_ms` integer NOT NULL,
	`seen_at_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_hash` ON `sessions` (`hash`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at_ms`);--> statement-breakpoint
CREATE TABLE `tokens` (
	`no` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`prefix` text NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`namespaces` text,
	`clusters` text,
	`manifests` integer NOT NULL,
	`egress_only` text,
	`rate_limit` text,
	`created_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	`expires_at_ms` integer,
	`last_used_at_ms` integer,
	`last_used_from` text,
	`revoked_at_ms` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_id` ON `tokens` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_hash` ON `tokens` (`hash`);