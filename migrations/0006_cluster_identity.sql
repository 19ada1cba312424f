CREATE TABLE `clusters` (
	`name` text PRIMARY KEY NOT NULL,
	`uid` text NOT NULL,
	`first_at_ms` integer NOT NULL
);
