CREATE TABLE `discovery_rejections` (
	`cluster` text NOT NULL,
	`namespace` text NOT NULL,
	`service` text NOT NULL,
	`rejected` text NOT NULL,
	PRIMARY KEY(`cluster`, `namespace`, `service`)
);
--> statement-breakpoint
ALTER TABLE `schedules` ADD `managed_by` text;--> statement-breakpoint
ALTER TABLE `schedules` ADD `wish` text;--> statement-breakpoint
CREATE UNIQUE INDEX `schedules_managed` ON `schedules` (`managed_by`,`cluster`,`namespace`,`service`) WHERE managed_by is not null;