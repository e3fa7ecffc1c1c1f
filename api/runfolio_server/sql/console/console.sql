-- select_console_starts: $1 run id → ConsoleStartRow*
-- Starts of the process follow each other: a line's number counts on from the lines of the starts before.
SELECT writer, epoch, (sum(next_line) OVER (ORDER BY writer, epoch) - next_line)::bigint AS number0, next_line
FROM run_stream
WHERE run_id = $1 AND stream = 'console'
ORDER BY writer, epoch;

-- select_console_page: $1 run id, $2, $3, $4 begin, $5, $6, $7 end, $8 limit, $9 bytes, $10 text, $11 pattern, $12 codes → ConsoleRow*
-- They begin at a writer, epoch and line, and end before another. They contain the text and match the pattern, null: any,
-- without the terminal's codes. They end behind the one with which their texts have more bytes than that.
SELECT p.writer, p.epoch, p.line, p.time, p.level, p.label, p.text, p.change
FROM (
  SELECT l.writer, l.epoch, l.line, l.time, l.level, l.label, l.text, l.change,
    sum(octet_length(l.text)) OVER (ORDER BY l.writer, l.epoch, l.line ROWS UNBOUNDED PRECEDING) AS size
  FROM (
    SELECT c.writer, c.epoch, c.line, c.time, c.level, c.label, c.text, c.change
    FROM console_line AS c
    WHERE c.run_id = $1
      AND (c.writer, c.epoch, c.line) >= ($2, $3::int, $4::bigint)
      AND (c.writer, c.epoch, c.line) < ($5, $6::int, $7::bigint)
      AND ($10::text IS NULL OR strpos(CASE WHEN strpos(c.text, chr(27)) = 0 THEN c.text ELSE regexp_replace(c.text, $12, '', 'g') END, $10) > 0)
      AND ($11::text IS NULL OR CASE WHEN strpos(c.text, chr(27)) = 0 THEN c.text ELSE regexp_replace(c.text, $12, '', 'g') END ~ $11)
    ORDER BY c.writer, c.epoch, c.line
    LIMIT $8
  ) AS l
) AS p
WHERE p.size - octet_length(p.text) <= $9::bigint
ORDER BY p.writer, p.epoch, p.line
LIMIT $8;

-- select_console_tail: $1 run id, $2, $3, $4 begin, $5, $6, $7 end, $8 limit, $9 bytes, $10 text, $11 pattern, $12 codes → ConsoleRow*
-- The last lines, newest first; otherwise as select_console_page.
SELECT p.writer, p.epoch, p.line, p.time, p.level, p.label, p.text, p.change
FROM (
  SELECT l.writer, l.epoch, l.line, l.time, l.level, l.label, l.text, l.change,
    sum(octet_length(l.text)) OVER (ORDER BY l.writer DESC, l.epoch DESC, l.line DESC ROWS UNBOUNDED PRECEDING) AS size
  FROM (
    SELECT c.writer, c.epoch, c.line, c.time, c.level, c.label, c.text, c.change
    FROM console_line AS c
    WHERE c.run_id = $1
      AND (c.writer, c.epoch, c.line) >= ($2, $3::int, $4::bigint)
      AND (c.writer, c.epoch, c.line) < ($5, $6::int, $7::bigint)
      AND ($10::text IS NULL OR strpos(CASE WHEN strpos(c.text, chr(27)) = 0 THEN c.text ELSE regexp_replace(c.text, $12, '', 'g') END, $10) > 0)
      AND ($11::text IS NULL OR CASE WHEN strpos(c.text, chr(27)) = 0 THEN c.text ELSE regexp_replace(c.text, $12, '', 'g') END ~ $11)
    ORDER BY c.writer DESC, c.epoch DESC, c.line DESC
    LIMIT $8
  ) AS l
) AS p
WHERE p.size - octet_length(p.text) <= $9::bigint
ORDER BY p.writer DESC, p.epoch DESC, p.line DESC
LIMIT $8;

-- select_console_changes: $1 run id, $2, $3, $4, $5 change, writer, epoch and line to come after, $6 limit, $7 bytes → ConsoleRow*
-- Lines as they are now, in the order in which they were last written; they end as those of select_console_page.
SELECT p.writer, p.epoch, p.line, p.time, p.level, p.label, p.text, p.change
FROM (
  SELECT l.writer, l.epoch, l.line, l.time, l.level, l.label, l.text, l.change,
    sum(octet_length(l.text)) OVER (ORDER BY l.change, l.writer, l.epoch, l.line ROWS UNBOUNDED PRECEDING) AS size
  FROM (
    SELECT c.writer, c.epoch, c.line, c.time, c.level, c.label, c.text, c.change
    FROM console_line AS c
    WHERE c.run_id = $1
      AND (c.change, c.writer, c.epoch, c.line) > ($2::bigint, $3, $4::int, $5::bigint)
    ORDER BY c.change, c.writer, c.epoch, c.line
    LIMIT $6
  ) AS l
) AS p
WHERE p.size - octet_length(p.text) <= $7::bigint
ORDER BY p.change, p.writer, p.epoch, p.line
LIMIT $6;

-- select_newest_console_changes: $1 run id, $2 limit, $3 bytes → ConsoleRow*
-- Those that were written last, newest first.
SELECT p.writer, p.epoch, p.line, p.time, p.level, p.label, p.text, p.change
FROM (
  SELECT l.writer, l.epoch, l.line, l.time, l.level, l.label, l.text, l.change,
    sum(octet_length(l.text)) OVER (ORDER BY l.change DESC, l.writer DESC, l.epoch DESC, l.line DESC ROWS UNBOUNDED PRECEDING) AS size
  FROM (
    SELECT c.writer, c.epoch, c.line, c.time, c.level, c.label, c.text, c.change
    FROM console_line AS c
    WHERE c.run_id = $1
    ORDER BY c.change DESC, c.writer DESC, c.epoch DESC, c.line DESC
    LIMIT $2
  ) AS l
) AS p
WHERE p.size - octet_length(p.text) <= $3::bigint
ORDER BY p.change DESC, p.writer DESC, p.epoch DESC, p.line DESC
LIMIT $2;

-- count_console: $1 run id → CountRow
SELECT count(*)
FROM console_line
WHERE run_id = $1;
