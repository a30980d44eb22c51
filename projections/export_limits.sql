-- The limits of an export as of a day and a cut, in DuckDB: the rows of `hoken limits`.
--   $movements, $accounts   the files: 'DIR/movements/*.parquet', 'DIR/accounts/*.parquet', or one part of each
--   $on                     the day: DATE '2024-06-01'
--   $known_at               the instant: TIMESTAMPTZ '2024-06-01 00:00:00+09'; for a cut by position write position <= $n instead
WITH said AS (
    SELECT policy_id, kind, account_no, SUM(lines) AS lines, SUM(stands) AS stands,
           SUM(CASE WHEN last IS NULL THEN amount
                    WHEN last < $on THEN amount * (last - first + 1)
                    ELSE amount * ($on - first + 1) END) AS used
    FROM read_parquet($movements)
    WHERE kind IN ('held', 'fault', 'limit') AND day <= $on AND known_at <= $known_at
    GROUP BY policy_id, kind, account_no
), standing AS (
    SELECT said.policy_id, said.kind, said.lines, said.used, a.*
    EXCLUDE (policy_id, kind, account_no)
    FROM said JOIN read_parquet($accounts) a ON a.policy_id = said.policy_id AND a.account_no = said.stands
)
SELECT o.policy_id, held.name AS product, o.name AS "limit", o.key, o.unit, o.cap, CAST(o.used AS BIGINT) AS used,
       CAST(o.cap - o.used AS BIGINT) AS remaining, o.first AS "from", o.last AS "to", o.rules
FROM standing o
JOIN standing held ON held.policy_id = o.policy_id AND held.kind = 'held'
WHERE o.kind = 'limit'
  AND (o.lines > 0 OR o.shown = 2 OR (o.shown = 1 AND o.first <= $on AND (o.last IS NULL OR $on <= o.last)))
  AND NOT EXISTS (SELECT 1 FROM standing fault WHERE fault.policy_id = o.policy_id AND fault.kind = 'fault')
ORDER BY o.policy_id, o.name, o.key
