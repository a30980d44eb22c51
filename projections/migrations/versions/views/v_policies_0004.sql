-- Every policy as of today in Japan, as known now: its product, its state, and its money in yen. Of an undetermined one only since when.
CREATE VIEW v_policies AS
SELECT p.policy_id, product.name AS product,
       CASE WHEN fault.name IS NULL THEN state.name ELSE 'undetermined' END AS state,
       CASE WHEN state.first > 1 THEN DAY(state.first) END AS since, DAY(state.last) AS until,
       CASE WHEN fault.name IS NULL THEN COALESCE(money.payable, 0) END AS payable,
       CASE WHEN fault.name IS NULL THEN COALESCE(money.paid, 0) END AS paid,
       CASE WHEN fault.name IS NULL THEN COALESCE(money.recovered, 0) END AS recovered,
       CASE WHEN fault.name IS NULL THEN COALESCE(money.set_off, 0) END AS set_off,
       CASE WHEN fault.name IS NULL THEN COALESCE(money.payable - money.paid - money.set_off + money.recovered, 0) END AS outstanding,
       CAST(fault.key AS bigint) AS undetermined_since, fault.name AS reason
FROM read_policies p
JOIN read_generations g ON g.generation = p.generation AND g.state = 'current' AND g.projection = 'movements'
LEFT JOIN read_accounts fault
  ON fault.account_no = (SELECT CAST(SUM(m.stands) AS bigint) FROM read_movements m WHERE m.policy_no = p.policy_no AND m.kind = 1)
LEFT JOIN read_accounts product
  ON product.account_no = (SELECT CAST(SUM(m.stands) AS bigint) FROM read_movements m WHERE m.policy_no = p.policy_no AND m.kind = 0)
 AND fault.name IS NULL
LEFT JOIN (
    SELECT s.policy_no, a.name, a.first, a.last
    FROM (SELECT m.policy_no, m.account_no FROM read_movements m
          WHERE m.kind = 8 AND m.day <= TODAY()
          GROUP BY m.policy_no, m.account_no HAVING SUM(m.stands) <> 0) s
    JOIN read_accounts a ON a.account_no = s.account_no
    WHERE a.first <= TODAY() AND (a.last IS NULL OR TODAY() <= a.last)
) state ON state.policy_no = p.policy_no AND fault.name IS NULL
LEFT JOIN (
    SELECT m.policy_no,
           CAST(SUM(CASE WHEN m.kind = 3 THEN m.amount * CASE WHEN m.last IS NULL THEN 1
                                                              WHEN m.last < TODAY() THEN m.last - m.first + 1
                                                              ELSE TODAY() - m.first + 1 END ELSE 0 END) AS bigint) AS payable,
           CAST(SUM(CASE WHEN m.kind = 4 THEN m.amount ELSE 0 END) AS bigint) AS paid,
           CAST(SUM(CASE WHEN m.kind = 5 THEN m.amount ELSE 0 END) AS bigint) AS recovered,
           CAST(SUM(CASE WHEN m.kind = 6 THEN m.amount ELSE 0 END) AS bigint) AS set_off
    FROM read_movements m
    WHERE m.kind BETWEEN 3 AND 6 AND m.day <= TODAY()
    GROUP BY m.policy_no
) money ON money.policy_no = p.policy_no
