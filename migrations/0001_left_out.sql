ALTER TABLE `incidents` ADD `resumed_at_ms` integer;--> statement-breakpoint
ALTER TABLE `incidents` ADD `failing_ms` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `services` ADD `last_summary` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `left_out` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `series_failing` ON `series` (`service_no`) WHERE state = 1;