CREATE TABLE `service_days` (
	`service_no` integer NOT NULL,
	`day` integer NOT NULL,
	`pass` integer NOT NULL,
	`fail` integer NOT NULL,
	`error` integer NOT NULL,
	`failed_jobs` integer NOT NULL,
	PRIMARY KEY(`service_no`, `day`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `service_days_day` ON `service_days` (`day`);--> statement-breakpoint
ALTER TABLE `services` ADD `cause` text;--> statement-breakpoint
ALTER TABLE `services` ADD `state` integer;--> statement-breakpoint
ALTER TABLE `services` ADD `since_ms` integer;--> statement-breakpoint
ALTER TABLE `services` ADD `place` integer GENERATED ALWAYS AS ((case state when 1 then 0 when 0 then 2 else 1 end) * 100000000000000 - coalesce(since_ms, 0)) VIRTUAL;--> statement-breakpoint
CREATE INDEX `services_problems` ON `services` (`place`,`namespace`,`name`,`cluster`) WHERE last_job_id is not null;--> statement-breakpoint
CREATE INDEX `series_whole` ON `series` (`service_no`) WHERE whole_no is null and service_no is not null;--> statement-breakpoint
UPDATE `services` SET `state` = now.state, `since_ms` = now.since_ms FROM (
	SELECT no,
		CASE WHEN failing_ms IS NOT NULL OR fails THEN 1 WHEN passes THEN 0 END state,
		CASE WHEN failing_ms IS NOT NULL AND fails THEN min(coalesce(fails_ms, failing_ms), failing_ms)
			WHEN failing_ms IS NOT NULL THEN failing_ms WHEN fails THEN fails_ms WHEN passes THEN passes_ms END since_ms
	FROM (
		SELECT sv.no, w.fails, w.passes, w.fails_ms, w.passes_ms,
			(SELECT min(m.since_ms) FROM series m JOIN paths p ON p.id = m.path_id
				WHERE m.service_no = sv.no AND m.state = 1 AND p.retired_at_ms IS NULL AND p.document ->> 'expected' <> 'unknown'
					AND (m.group_no IS NOT NULL OR p.kind <> 'Endpoint')
					AND NOT m.last_at_ms < (SELECT coalesce(max(o.last_at_ms), 0) - 172800000 FROM series o
						WHERE o.path_id = m.path_id AND o.last_outcome IN (0, 1))) failing_ms
		FROM services sv LEFT JOIN (
			SELECT s.service_no, max(s.state = 1) fails, max(s.state = 0) passes,
				min(CASE s.state WHEN 1 THEN s.since_ms END) fails_ms, max(CASE s.state WHEN 0 THEN s.since_ms END) passes_ms
			FROM series s
			WHERE s.whole_no IS NULL AND s.service_no IS NOT NULL AND s.last_at_ms IS NOT NULL AND s.last_outcome IS NOT NULL
				AND NOT s.last_at_ms < (SELECT coalesce(max(o.last_at_ms), 0) - 172800000 FROM series o
					WHERE o.path_id = s.path_id AND o.last_outcome IN (0, 1))
			GROUP BY s.service_no) w ON w.service_no = sv.no)
) now WHERE services.no = now.no;--> statement-breakpoint
INSERT INTO `service_days` (`service_no`, `day`, `pass`, `fail`, `error`, `failed_jobs`)
	WITH RECURSIVE days (day, n) AS (
		SELECT max(at), 1 FROM rollups WHERE step = 1
		UNION ALL SELECT day - 1, n + 1 FROM days WHERE n < 90)
	SELECT s.service_no, r.at, sum(r.pass), sum(r.fail), sum(r.error), 0
	FROM series s CROSS JOIN days CROSS JOIN rollups r ON r.step = 1 AND r.at = days.day AND r.series_no = s.no
	WHERE s.whole_no IS NULL AND s.service_no IS NOT NULL
	GROUP BY s.service_no, r.at;
