ALTER TABLE `batches` ADD `namespaces` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `objects` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `objects_read_at_ms` integer;--> statement-breakpoint
ALTER TABLE `jobs` ADD `resource_versions` text;