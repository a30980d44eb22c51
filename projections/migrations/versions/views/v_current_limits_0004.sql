-- The limits as of today in Japan, as known now: the rows of `hoken limits`. Undetermined policies are left out; v_policies names them.
CREATE VIEW v_current_limits AS
SELECT p.policy_id, o.product, o.name AS limit_name, o.key, o.unit, o.cap, s.used, o.cap - s.used AS remaining,
       DAY(o.first) AS first_day, DAY(o.last) AS last_day, o.rules
FROM (
    SELECT m.policy_no, m.account_no, CAST(SUM(m.stands) AS bigint) AS stands,
           CAST(SUM(CASE WHEN m.last IS NULL THEN m.amount
                         WHEN m.last < TODAY() THEN m.amount * (m.last - m.first + 1)
                         ELSE m.amount * (TODAY() - m.first + 1) END) AS bigint) AS used
    FROM read_movements m
    WHERE m.kind = 2 AND m.day <= TODAY()
    GROUP BY m.policy_no, m.account_no
    HAVING SUM(m.shown_to) >= TODAY()
) s
JOIN read_policies p ON p.policy_no = s.policy_no
JOIN read_generations g ON g.generation = p.generation AND g.state = 'current' AND g.projection = 'movements'
JOIN read_accounts o ON o.account_no = s.stands
WHERE COALESCE((SELECT SUM(m.stands) FROM read_movements m WHERE m.policy_no = s.policy_no AND m.kind = 1), 0) = 0
