-- The limits of an export as of a day and a cut, in DuckDB: the rows of `hoken limits`.
--   $movements, $accounts   the files: 'DIR/movements/*.parquet', 'DIR/accounts/*.parquet', or one part of each
--   $on                     the day: DATE '2024-06-01'
--   $known_at               the instant: TIMESTAMPTZ '2024-06-01 00:00:00+09'; for a cut by position write position <= $n instead
WITH used AS (
    SELECT account, SUM(lines) AS lines, CAST(SUM(stands) AS BIGINT) AS stands,
           CAST(SUM(CASE WHEN last IS NULL THEN amount
                         WHEN last < $on THEN amount * (last - first + 1)
                         ELSE amount * ($on - first + 1) END) AS BIGINT) AS used
    FROM read_parquet($movements)
    WHERE kind = 'limit' AND day <= $on AND known_at <= $known_at
    GROUP BY account
), held AS (
    SELECT policy_id, CAST(SUM(stands) AS BIGINT) AS product
    FROM read_parquet($movements)
    WHERE kind = 'held' AND day <= $on AND known_at <= $known_at
    GROUP BY policy_id
), undetermined AS (
    SELECT policy_id
    FROM read_parquet($movements)
    WHERE kind = 'fault' AND day <= $on AND known_at <= $known_at
    GROUP BY policy_id HAVING SUM(stands) <> 0
)
SELECT o.policy_id, product.name AS product, o.name AS "limit", o.key, o.unit, o.cap, used.used, o.cap - used.used AS remaining,
       o.first AS "from", o.last AS "to", o.rules
FROM used
JOIN read_parquet($accounts) o ON o.account = used.stands AND o.kind = 'opening'
JOIN held ON held.policy_id = o.policy_id
JOIN read_parquet($accounts) product ON product.account = held.product AND product.kind = 'held'
WHERE (used.lines > 0 OR o.shown = 2 OR (o.shown = 1 AND o.first <= $on AND (o.last IS NULL OR $on <= o.last)))
  AND NOT EXISTS (SELECT 1 FROM undetermined WHERE undetermined.policy_id = o.policy_id)
ORDER BY o.account
