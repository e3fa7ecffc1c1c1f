-- insert_fork: $1 the fork, $2 its parent, $3 the parent's name, $4 step, $5 rows
INSERT INTO run_fork (run_id, parent_id, parent_name, step, rows)
VALUES ($1, $2, $3, $4, $5);

-- select_fork_points: $1 run ids → ForkRow*
SELECT {{columns f}}
FROM run_fork AS f
WHERE f.run_id = ANY ($1::uuid[]);

-- select_forks_page: $1 run id, $2 after the fork made at this time or null, $3 and of this id, $4 limit → ForkOfRunRow*, in one snapshot
-- The forks of a run that are there, the oldest first. A fork is of its parent's project, so whoever sees the one sees the
-- other.
SELECT f.run_id, r.name, f.step, f.rows, f.created_at
FROM run_fork AS f
JOIN runs AS r ON r.run_id = f.run_id
WHERE f.parent_id = $1 AND r.deleted_at IS NULL
  AND ($2::timestamptz IS NULL OR (f.created_at, f.run_id) > ($2, $3::uuid))
ORDER BY f.created_at, f.run_id
LIMIT $4;

-- count_forks: $1 run id → CountRow, in one snapshot
SELECT count(*)
FROM run_fork AS f
JOIN runs AS r ON r.run_id = f.run_id
WHERE f.parent_id = $1 AND r.deleted_at IS NULL;
