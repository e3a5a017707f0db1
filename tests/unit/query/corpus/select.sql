SELECT 1
SELECT 1 AS one, 'x', NULL, true, 1.5, 12345678901, -5, -2147483648, 1e10
SELECT * FROM t
SELECT t.* FROM t
SELECT a, b AS bee, c + 1, d FROM t WHERE a = 1 AND b LIKE 'x%'
SELECT t.a, u.x FROM t, u WHERE t.a = u.a
SELECT * FROM t JOIN u ON t.a = u.a
SELECT * FROM t JOIN u USING (a)
SELECT * FROM t NATURAL JOIN u
SELECT * FROM t LEFT JOIN u USING (a)
SELECT * FROM t RIGHT JOIN u USING (a)
SELECT * FROM t FULL JOIN u USING (a)
SELECT a FROM t FULL JOIN u USING (a) WHERE a > 3 ORDER BY a
SELECT j.a, j.x FROM (t JOIN u USING (a)) AS j
SELECT j.* FROM (t CROSS JOIN u) AS j(p, q, r, s)
SELECT t1.a, t2.a FROM t t1 LEFT JOIN t t2 ON t1.a = t2.a AND t2.b IS NOT NULL
SELECT x.a FROM t JOIN u USING (a) AS x
SELECT a, count(*) FROM t GROUP BY a
SELECT b, count(*), sum(a), avg(c), max(d) FROM t GROUP BY b HAVING count(*) > 1 ORDER BY 2 DESC, b NULLS FIRST LIMIT 10 OFFSET 2
SELECT a, b, c FROM t GROUP BY a
SELECT b AS g, sum(a) FROM t GROUP BY g
SELECT sum(a) FROM t GROUP BY b, c + 1
SELECT b, c, sum(a) FROM t GROUP BY ROLLUP (b, c)
SELECT b, c, sum(a), grouping(b, c) FROM t GROUP BY CUBE (b, c)
SELECT b, c, sum(a) FROM t GROUP BY GROUPING SETS ((b), (c), ())
SELECT b, sum(a) FROM t GROUP BY DISTINCT ROLLUP (b), ROLLUP (b)
SELECT DISTINCT b FROM t ORDER BY b
SELECT DISTINCT ON (b) b, a FROM t ORDER BY b, a DESC
SELECT count(DISTINCT b), string_agg(b, ',' ORDER BY a), count(*) FILTER (WHERE a > 1) FROM t
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM t
SELECT mode() WITHIN GROUP (ORDER BY b), rank(3) WITHIN GROUP (ORDER BY a) FROM t
SELECT row_number() OVER (), rank() OVER (PARTITION BY b ORDER BY a) FROM t
SELECT sum(a) OVER w, avg(a) OVER w, count(*) OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t WINDOW w AS (PARTITION BY b ORDER BY a)
SELECT lag(a, 1, 0) OVER (ORDER BY a RANGE BETWEEN 2 PRECEDING AND 3 FOLLOWING EXCLUDE TIES) FROM t
SELECT first_value(b) OVER (ORDER BY a GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) FROM t
SELECT sum(x) FILTER (WHERE a > 0) OVER (PARTITION BY y) FROM u
SELECT 1 UNION SELECT 2
SELECT a FROM t UNION ALL SELECT x FROM u ORDER BY 1
SELECT a, b FROM t INTERSECT SELECT a, y FROM u
SELECT a FROM t EXCEPT SELECT a FROM u UNION ALL (SELECT 1 ORDER BY 1 LIMIT 1)
SELECT NULL UNION SELECT 1
SELECT 'a' UNION SELECT 'b'
VALUES (1, 'a'), (2, NULL)
VALUES (1, 'a'), (2.5, 'b') ORDER BY 1 LIMIT 1
SELECT * FROM (VALUES (1, 'one'), (2, 'two')) AS v(n, s) WHERE n > 1
SELECT * FROM (SELECT a, b FROM t) AS s
SELECT s.q FROM (SELECT a AS q FROM t) s WHERE s.q IN (1, 2, 3)
SELECT a FROM t WHERE a IN (SELECT a FROM u)
SELECT a FROM t WHERE a NOT IN (SELECT a FROM u)
SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)
SELECT a FROM t WHERE a > ALL (SELECT x FROM u) OR a = ANY (SELECT a FROM u)
SELECT (SELECT max(x) FROM u WHERE u.a = t.a) FROM t
SELECT ARRAY(SELECT a FROM u ORDER BY a)
SELECT a FROM t WHERE (a, b) = (SELECT a, y::text FROM u LIMIT 1)
SELECT a FROM t WHERE (a, b) < (1, 'x')
SELECT a FROM t WHERE (a, b) IN ((1, 'x'), (2, 'y'))
SELECT a FROM t WHERE ROW(a, b) IS DISTINCT FROM ROW(1, 'z')
SELECT a BETWEEN 1 AND 10, a NOT BETWEEN 2 AND 3, a BETWEEN SYMMETRIC 5 AND 1 FROM t
SELECT a IS NULL, b IS NOT NULL, (a > 1) IS TRUE, (a > 1) IS NOT UNKNOWN FROM t
SELECT a IS DISTINCT FROM 3, a IS NOT DISTINCT FROM 4, NULLIF(a, 0) FROM t
SELECT CASE WHEN a > 0 THEN 'pos' WHEN a < 0 THEN 'neg' ELSE 'zero' END FROM t
SELECT CASE a WHEN 1 THEN 1.5 ELSE 2 END AS k FROM t
SELECT COALESCE(b, 'x'), GREATEST(a, 1.5), LEAST(a, 3) FROM t
SELECT z[1], z[1:2], z[:2], z[2:] FROM u
SELECT ARRAY[1, 2, 3], ARRAY[[1, 2], [3, 4]], ARRAY[]::int[], '{1,2}'::int[]
SELECT a = ANY (ARRAY[1, 2]), a = ANY ('{1,2}'), 1 = ALL (z) FROM u
SELECT ROW(1, 'a'), ROW(a, b) FROM t
SELECT t FROM t
SELECT (t).a, (t).b FROM t
SELECT (t.*).a FROM t
SELECT (x).* FROM (SELECT t AS x FROM t) s
SELECT '1'::int, CAST('2' AS numeric(5, 2)), 'abc'::varchar(2), 'x'::char(3), '2020-01-01'::date
SELECT t.a::text, t.a::bigint, c::int, b::varchar(10), x::numeric(10, 2) FROM t, u
SELECT int '5', date '2020-02-03', interval '1 day', interval '5' hour, timestamp '2020-01-01 10:00'
SELECT b COLLATE "C", b || y, b < y FROM t, u
SELECT a + 1, a - 1, a * 2, a / 2, a % 2, -a, +a, a ^ 2, @ a FROM t
SELECT NOT a > 1, a > 1 AND b = 'x' OR c < 3 FROM t
SELECT upper(b), length(b), substring(b FROM 2 FOR 3), position('x' IN b), trim(both 'x' FROM b), overlay(b PLACING 'q' FROM 1) FROM t
SELECT extract(year FROM d), date_trunc('day', d), d AT TIME ZONE 'UTC', now(), current_timestamp, current_date, localtime(2) FROM t
SELECT current_user, session_user, user, current_schema, current_catalog
SELECT b LIKE 'a%' ESCAPE '!', b ILIKE 'x', b SIMILAR TO 'a|b', b ~ 'x', b !~~ 'q' FROM t
SELECT concat(1, 'a', 2.5), concat_ws(',', 'a', 'b'), format('%s', a) FROM t
SELECT generate_series(1, 3), a FROM t
SELECT * FROM generate_series(1, 10) AS g
SELECT g FROM generate_series(1, 10) WITH ORDINALITY AS g(n, o)
SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b']) AS x(i, s)
SELECT * FROM ROWS FROM (generate_series(1, 2), unnest(ARRAY['a'])) WITH ORDINALITY
SELECT * FROM t, LATERAL (SELECT u.x FROM u WHERE u.a = t.a) AS l
SELECT * FROM t LEFT JOIN LATERAL unnest(ARRAY[t.a]) AS n ON true
SELECT * FROM json_to_record('{"a":1}') AS r(a int, b text)
SELECT * FROM jsonb_each('{"a":1}')
SELECT key, value->>'x' FROM jsonb_each('{"a":{"x":1}}')
SELECT '{"a":1}'::jsonb -> 'a', '{"a":1}'::jsonb ->> 'a', '{"a":1}'::jsonb @> '{}', ('{"a":1}'::jsonb)['a']
WITH x AS (SELECT a FROM t) SELECT * FROM x
WITH x(p) AS (SELECT a FROM t), y AS (SELECT p + 1 AS q FROM x) SELECT * FROM y, x
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT n FROM r
WITH RECURSIVE r AS (SELECT a, b FROM t WHERE a = 1 UNION SELECT t.a, t.b FROM t JOIN r ON t.a = r.a + 1) SELECT * FROM r
WITH x AS MATERIALIZED (SELECT 1 AS n) SELECT n FROM x
SELECT * FROM v
SELECT v.a, v.b || 'x' FROM v WHERE v.a < 5
SELECT max(a) FROM t HAVING max(a) > 1
SELECT a FROM t ORDER BY b DESC NULLS LAST, c USING >
SELECT a FROM t ORDER BY a + c
SELECT a AS b FROM t ORDER BY b
SELECT a FROM t FETCH FIRST 3 ROWS ONLY
SELECT a FROM t ORDER BY a FETCH FIRST 2 ROWS WITH TIES
SELECT t.a FROM t FOR UPDATE
SELECT t.a FROM t, u FOR SHARE OF t NOWAIT
SELECT 'sad'::mood, 'ok'::mood > 'sad', enum_range(NULL::mood)
SELECT 5::posint, 5::posint + 1
SELECT 1 WHERE false
SELECT
SELECT count(*) FROM t TABLESAMPLE bernoulli (10) REPEATABLE (5)
SELECT a FROM ONLY t
SELECT ctid, tableoid, xmin FROM t
SELECT array_agg(a ORDER BY b DESC), array_agg(DISTINCT c) FROM t
SELECT json_build_object('a', 1, 'b', b) FROM t
SELECT sum(sum(a)) OVER () FROM t GROUP BY b
SELECT a FROM t WHERE a = '5' AND c > '1.5' AND d > '2020-01-01'
SELECT x + 1.5, x || 'y', 'a' || 'b', 1 || 'b' FROM u
SELECT abs(-5), round(2.5), round(2.567, 2), power(2, 3), mod(5, 3)
SELECT date '2020-01-01' + 1, date '2020-01-01' - date '2019-01-01', now() - interval '1 day', now() + '1 hour'
SELECT int4range(1, 5), int4range(1, 5) @> 3, lower(int4range(1, 5)), '[1,2]'::numrange
SELECT B'101', X'1F', B'101' & B'011'
SELECT nullif(1, 2), coalesce(NULL, 1), greatest(NULL, 'a')
SELECT (SELECT a FROM t LIMIT 1) + 1 AS s
SELECT EXISTS (SELECT 1), ARRAY[1] || 2, ARRAY[1] || ARRAY[2], array_append(ARRAY[1], 2)
SELECT (ARRAY[1, 2])[1], (ARRAY['a', 'b'])[2:3]
SELECT 'int4'::regtype, 'pg_catalog.int4'::regtype
SELECT make_interval(days => 10), make_interval(1, 2, days => 3)
SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v')
SELECT c.relname OPERATOR(pg_catalog.~) '^(x)$' COLLATE pg_catalog.default FROM pg_catalog.pg_class c
SELECT t1.a FROM (t t1 JOIN t t2 ON t1.a = t2.a) JOIN u ON u.a = t1.a
