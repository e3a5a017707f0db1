-- What conditions drop (EXPLAIN ANALYZE).
create table er (a int primary key, b int, c text);
insert into er select i, i % 10, 'x' || i from generate_series(1, 5000) i;
create table es (k int, v int);
insert into es select i % 5, i from generate_series(1, 50) i;
analyze er, es;

-- analyzed: rows=111 .*\n +Filter: \(\(b = 3\) AND \(c ~~ 'x1%'::text\) AND \(c ~~ '%3'::text\)\)\n +Rows Removed by Filter: 4889
select * from er where b = 3 and c like 'x1%' and c like '%3';

-- analyzed: Join Filter: .*\n +Rows Removed by Join Filter: 143
select * from es, (values (1), (2), (7)) x (n) where es.v < x.n;

-- analyzed: Rows Removed by Filter: 5\n
select k, count(*) from es group by k having count(*) > 10;

-- analyzed: Nested Loop(.*\n)+ +Index Cond: .*\n +Filter: (.*)\n +Rows Removed by Filter: 1\n
select * from es join er on er.a = es.v and er.b = 77 where es.k = 2;

-- analyzed: Hash Cond: .*\n +Join Filter: .*\n +Rows Removed by Join Filter: 450
select * from es x join es y on x.k = y.k and x.v + y.v > 100000 - y.k where x.v > 5;

-- analyzed: Limit .*\n +-> +Seq Scan .*\n +Filter: .*\n +Rows Removed by Filter: 7\n
select * from es where v > 7 limit 1;
