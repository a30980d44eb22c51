-- The deadlines as of today in Japan, as known now: the rows of `hoken report deadlines`. Undetermined policies are left out.
CREATE VIEW v_deadlines AS
SELECT p.policy_id, d.name AS kind, d.key AS claim_id, DAY(d.first) AS due_on, DAY(d.last) AS met_on,
       CASE WHEN d.last IS NULL THEN TODAY() > d.first ELSE d.last > d.first END AS overdue, d.rules
FROM (
    SELECT m.policy_no, CAST(SUM(m.stands) AS bigint) AS stands
    FROM read_movements m
    WHERE m.kind = 7 AND m.day <= TODAY()
    GROUP BY m.policy_no, m.account_no
) s
JOIN read_policies p ON p.policy_no = s.policy_no
JOIN read_generations g ON g.generation = p.generation AND g.state = 'current' AND g.projection = 'movements'
JOIN read_accounts d ON d.account_no = s.stands
WHERE COALESCE((SELECT SUM(m.stands) FROM read_movements m WHERE m.policy_no = s.policy_no AND m.kind = 1), 0) = 0
  AND COALESCE((SELECT SUM(m.stands) FROM read_movements m WHERE m.policy_no = s.policy_no AND m.kind = 0), 0) <> 0
