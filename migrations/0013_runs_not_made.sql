ALTER TABLE `schedules` ADD `left_out` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `schedules` ADD `left_out_at_ms` integer;--> statement-breakpoint
ALTER TABLE `schedules` ADD `missed` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `schedules` ADD `missed_from_ms` integer;--> statement-breakpoint
ALTER TABLE `schedules` ADD `missed_to_ms` integer;