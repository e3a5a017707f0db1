-- Indexes: order, ends, only the index, several values, joins by lookup, semi joins.
create table o (id int primary key, u int, d date, s text, amount numeric(10, 2));
insert into o select g, g % 1000, date '2020-01-01' + g % 700, 's' || g % 7, g * 1.5 from generate_series(1, 100000) g;
create index o_u_d on o (u, d);
create index o_upper on o (upper(s), id);
create index o_part on o (d) where s = 's3';
create table us (id int primary key, name text);
insert into us select g, 'n' || g from generate_series(0, 999) g;
analyze;

-- has: Index Scan using o_pkey
-- not: Sort
-- answer: 1;2
select id from o where amount > 0 order by id limit 2;

-- has: Index Only Scan Backward using o_pkey
-- not: Sort
-- answer: 100000;99999
select id from o order by id desc limit 2;

-- has: Index Only Scan Backward using o_u_d
-- has: Index Cond: \(u = 77\)
-- not: Sort
-- answer: 77|2021-11-08;77|2021-11-08
select u, d from o where u = 77 order by d desc limit 2;

-- has: Sort
select * from o order by amount limit 2;

-- has: Sort
select * from o order by id;

-- has: Index Cond: \(u = ANY \('\{1,2,3\}'
-- answer: 300
select count(*) from o where u in (1, 2, 3);

-- has: Index Cond: \(u = ANY
-- answer: 200
select count(*) from o where u = 1 or u = 7 or u = null;

-- not: ANY
select count(*) from o where s = 's1' or s = 's2';

-- has: Index Cond: \(\(upper\(s\) = 'S3'::text\) AND \(id < 100\)\)
-- answer: 14
select count(*) from o where upper(s) = 'S3' and id < 100;

-- has: using o_part
-- answer: 286
select count(*) from o where s = 's3' and d between '2020-02-02' and '2020-02-15';

-- not: o_part
select count(*) from o where s = 's4' and d = '2020-02-02';

-- has: Index Only Scan using o_pkey
-- has: Index Only Scan Backward using o_pkey
-- has: Limit
-- answer: 1|100001
select min(id), max(id) + 1 from o;

-- has: Index Only Scan Backward using o_u_d
-- answer: 2021-11-08
select max(d) from o where u = 77;

-- not: Limit
select min(id), count(*) from o;

-- has: Index Scan using o_pkey
-- has: Index Scan using us_pkey
-- not: Sort
-- answer: 1|n1;2|n2
select o.id, us.name from o join us on us.id = o.u order by o.id limit 2;

-- has: Semi Join
-- has: Index Cond: \(\(u = us\.id\) AND \(d = '2021-01-01'
-- answer: 0
select count(*) from us where id < 5 and exists (select 1 from o where o.u = us.id and o.d = '2021-01-01');

-- has: Anti Join
-- has: Index Cond: \(u = us\.id\)
-- answer: 0
select count(*) from us where id < 5 and not exists (select 1 from o where o.u = us.id);

-- has: Semi Join
-- has: Index Cond: \(u = us\.id\)
-- answer: 5
select count(*) from us where id < 5 and id in (select u from o);

-- A correlated aggregate without an index to help: once for all groups.
-- has: HashAggregate
-- not: SubPlan
-- answer: 49999
select count(*) from o a where a.amount > (select avg(amount) from o b where b.s = a.s);

-- With one: for each row.
-- has: SubPlan
-- has: Index Cond: \(u = (us\.)?id\)
select * from us where id < (select avg(amount) from o where o.u = us.id) and id < 10;

-- has: Hash Join
-- has: Seq Scan on o
select count(*) from o join us on us.id = o.u;

-- The constant reaches the other side of the join.
-- has: Index Cond: \(id = 7\)
-- has: Index.* Cond: \(u = 7\)
-- answer: 100
select count(*) from o join us on us.id = o.u where o.u = 7;

set enable_hashjoin = off;
-- not: Hash Join
select count(*) from o join us on us.id = o.u;

-- has: Merge Join
-- has: Sort Key: a\.amount
-- answer: 14286
select count(*) from o a join o b on a.amount = b.amount and b.s = 's3';

-- has: Merge Full Join
-- answer: 101000
select count(*) from o full join us on us.name = o.s;
