DROP INDEX `audit_at`;--> statement-breakpoint
CREATE INDEX `audit_actor` ON `audit` (`actor`,`at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `audit_resource` ON `audit` (`resource`,`at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `audit_at` ON `audit` (`at_ms`,`id`);