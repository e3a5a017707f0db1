-- GROUP BY and DISTINCT over an index that brings equal rows together.
create table og (a int, b int, c text, d int);
insert into og select i / 100, i % 10, 'text ' || i, i from generate_series(1, 20000) i;
create index og_ab on og (a, b);
analyze og;

-- has: GroupAggregate
-- has: Index Only Scan using og_ab
-- not: Sort
-- answer: 0|99;1|100;2|100
select a, count(*) from og group by a order by a limit 3;

-- has: GroupAggregate
-- has: Index Only Scan Backward using og_ab
-- not: Sort
-- answer: 200|1;199|100
select a, count(*) from og group by a order by a desc limit 2;

-- has: GroupAggregate
-- not: Sort
-- answer: 0|0|9;1|0|10
select b, a, count(*) from og group by b, a order by a, b limit 2;

-- has: Unique
-- not: Sort
-- answer: 0;1
select distinct a from og order by a limit 2;

-- has: Unique
-- not: Sort
-- answer: 0|0|10;1|0|100
select distinct on (a) a, b, d from og order by a, b limit 2;

-- has: HashAggregate
select c, count(*) from og group by c;

-- has: HashAggregate
-- has: Sort
select a, sum(d) from og group by a order by sum(d);

set enable_hashagg = off;

-- has: GroupAggregate
-- has: Sort
-- not: HashAggregate
select c, count(*) from og group by c;

-- has: ^Group
-- has: Sort
-- not: GroupAggregate
select c from og group by c;

-- has: Unique
-- has: Sort
select distinct c from og;

-- has: Unique
-- has: Sort
-- not: HashAggregate
select c from og union select c from og;

reset enable_hashagg;

-- has: GroupAggregate
-- answer: 0|99
select a, count(*) from og group by a, a order by a, a limit 1;

-- An index that has a column twice.
create table twice (a int, b int);
insert into twice select i % 3, i % 7 from generate_series(1, 210) i;
create index twice_aab on twice (a, a, b);
set enable_seqscan = off;

-- not: GroupAggregate
select a, b, count(*) from twice group by a, b;

-- has: GroupAggregate
-- answer: 0|70;1|70;2|70
select a, count(*) from twice group by a order by a;
