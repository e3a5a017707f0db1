-- Index-only scans say how often they had to look into the heap.
create table h (a int primary key, b int);
insert into h select g, g from generate_series(1, 5000) g;
analyze h;

-- analyzed: Index Only Scan using h_pkey on h .*\n +Index Cond: .*\n +Heap Fetches: \d+
select a from h where a < 10;

-- has: Index Only Scan
-- not: Heap Fetches
select a from h where a < 10;

-- analyzed: Index Scan using h_pkey on h .*\n +Index Cond: [^\n]*\n(?! +Heap Fetches)
select b from h where a < 10;

-- The row of this transaction is seen only there.
begin;
insert into h values (100000, 1);
-- analyzed: Heap Fetches: [1-9]
select a from h where a > 99999;
commit;
