CREATE TABLE `announcements` (
	`no` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`page_no` integer NOT NULL,
	`version` integer NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`title` text NOT NULL,
	`services` text NOT NULL,
	`started_at_ms` integer NOT NULL,
	`resolved_at_ms` integer,
	`updates` text NOT NULL,
	FOREIGN KEY (`page_no`) REFERENCES `status_pages`(`no`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `announcements_id` ON `announcements` (`id`);--> statement-breakpoint
CREATE INDEX `announcements_page` ON `announcements` (`page_no`,`started_at_ms`,`id`);--> statement-breakpoint
CREATE TABLE `status_pages` (
	`no` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`slug` text NOT NULL,
	`version` integer NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`created_by` text NOT NULL,
	`title` text NOT NULL,
	`description` text,
	`public` integer NOT NULL,
	`indexed` integer NOT NULL,
	`services` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `status_pages_id` ON `status_pages` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `status_pages_slug` ON `status_pages` (`slug`);--> statement-breakpoint
CREATE INDEX `status_pages_created` ON `status_pages` (`created_at_ms`,`id`);