-- The limits of an export as of a day and a cut, in DuckDB: the rows of `hoken limits`; in their order with ORDER BY o.account behind.
--   $movements, $accounts   the files: 'DIR/movements/*.parquet', 'DIR/accounts/*.parquet', or one part of each
--   $on                     the day: DATE '2024-06-01'
--   $known_at               the instant: TIMESTAMPTZ '2024-06-01 00:00:00+09'; for a cut by position write position <= $n instead
WITH used AS (
    SELECT CAST(SUM(stands) AS INTEGER) AS opening,
           CAST(SUM(CASE WHEN last IS NULL THEN amount
                         WHEN last < $on THEN amount * (last - first + 1)
                         ELSE amount * ($on - first + 1) END) AS BIGINT) AS used
    FROM read_parquet($movements)
    WHERE kind = 'limit' AND day <= $on AND known_at <= $known_at
    GROUP BY account
    HAVING SUM(shown_to) >= $on - DATE '0001-01-01' + 1
), undetermined AS (
    SELECT policy_id
    FROM read_parquet($movements)
    WHERE kind = 'fault' AND day <= $on AND known_at <= $known_at
    GROUP BY policy_id HAVING SUM(stands) <> 0
)
SELECT o.policy_id, o.product, o.name AS "limit", o.key, o.unit, o.cap, used.used, o.cap - used.used AS remaining,
       o.first AS "from", o.last AS "to", o.rules
FROM used
JOIN read_parquet($accounts) o ON o.account = used.opening
WHERE NOT EXISTS (SELECT 1 FROM undetermined WHERE undetermined.policy_id = o.policy_id)
