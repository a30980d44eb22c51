-- The limits as of a day, an ordinal (on), of what was known by a cut: {known} is known_us, an instant, or position.
WITH used AS (
    SELECT policy_no, account_no, key, SUM(sign) AS lines,
           SUM(CASE WHEN last IS NULL THEN amount WHEN last < :on THEN amount * (last - first + 1) ELSE amount * (:on - first + 1) END) AS used
    FROM read_movements
    WHERE day <= :on AND {known} <= :cut {policy}
    GROUP BY policy_no, account_no, key
), opened AS (
    SELECT policy_no, account_no, key, unit, cap, first, last, standing, rules
    FROM read_openings
    WHERE day <= :on AND {known} <= :cut {policy}
    GROUP BY policy_no, account_no, key, unit, cap, first, last, standing, rules
    HAVING SUM(sign) > 0
), held AS (
    SELECT policy_no, MAX(CASE WHEN kind = 'held' THEN value END) AS product
    FROM (SELECT policy_no, kind, value, SUM(sign) AS net FROM read_states
          WHERE kind IN ('held', 'fault') AND {known} <= :cut {policy} GROUP BY policy_no, kind, value) AS said
    WHERE net <> 0
    GROUP BY policy_no
    HAVING SUM(CASE WHEN kind = 'fault' THEN net ELSE 0 END) = 0
)
SELECT p.policy_id, h.product, a.account, o.key, o.unit, o.cap, COALESCE(u.used, 0) AS used, o.first, o.last, o.rules
FROM opened o
JOIN held h ON h.policy_no = o.policy_no
JOIN read_policies p ON p.policy_no = o.policy_no
JOIN read_accounts a ON a.account_no = o.account_no
LEFT JOIN used u ON u.policy_no = o.policy_no AND u.account_no = o.account_no AND u.key = o.key
WHERE (u.lines > 0 OR o.standing = 2 OR (o.standing = 1 AND o.first <= :on AND (o.last IS NULL OR :on <= o.last))) {filters}
ORDER BY p.policy_id {collate}, a.account {collate}, o.key {collate}
