.mode column
.headers on
CREATE TABLE t (a INTEGER, b REAL, c TEXT, d BLOB);
WITH RECURSIVE n (x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n WHERE x < 200) INSERT INTO t SELECT x, x / 7.0, printf('%04x', x * 37 % 1000), zeroblob(x % 5) FROM n;
SELECT count(*), sum(a), avg(b), min(c), max(c), total(length(d)) FROM t;
SELECT a, round(b, 6) AS b, c, sum(a) OVER (ORDER BY a ROWS 2 PRECEDING) AS window, ntile(4) OVER (ORDER BY c) AS quarter FROM t WHERE a % 23 = 0;
SELECT json_group_array(a) FROM (SELECT a FROM t WHERE a < 10);
SELECT json_extract('{"a": [1, 2.5, {"b": "x"}]}', '$.a[2].b'), json('[1 , 2]'), json_type('{"a": null}', '$.a');
SELECT date('2024-02-29', '+1 year'), strftime('%j %W', '2024-12-31'), julianday('2000-01-01'), time(3600, 'unixepoch');
SELECT sqrt(2), pow(2, 0.5), sin(1), ln(10), 1e308 * 10, 5 / 2, 5 % 3, -7 / 2, 9223372036854775807 + 1, 0.1 + 0.2;
SELECT upper('straße'), substr('abcdef', -3, 2), instr('needle in', 'in'), replace('a-b', '-', '+'), hex('ä'), quote('it''s'), 'a' LIKE 'A', 'abc' GLOB 'a*';
SELECT c, group_concat(a, '/') FROM t GROUP BY c HAVING count(*) > 1 ORDER BY c LIMIT 5;
EXPLAIN QUERY PLAN SELECT * FROM t x JOIN t y ON x.a = y.a WHERE x.c > 'a';
CREATE TABLE u (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO u VALUES ('one', 1), ('two', 2) ON CONFLICT DO NOTHING;
INSERT INTO u VALUES ('one', 10) ON CONFLICT (k) DO UPDATE SET v = v + excluded.v RETURNING k, v;
SELECT * FROM nothing;
SELECT 1 +;
.mode list
.dump u
