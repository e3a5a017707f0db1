-- Constants, conditions, subplans.
create table t (id int primary key, kind text, v numeric);
create table u (id int primary key, t_id int, n int);
insert into t select g, 'k' || g % 50, g from generate_series(1, 2000) g;
insert into u select g, g % 2000 + 1, g % 7 from generate_series(1, 5000) g;
analyze;

-- has: Index Cond: \(id = 7\)
-- not: 1 \+ 6
select * from t where id = 1 + 6;

-- has: '\{a,b\}'
select * from t where kind = any (array['a', 'b']);

-- has: kind <> 'k1'
-- not: NOT
select * from t where not (kind = 'k1');

-- Arms of an OR have the join clause in common; what they say about one table alone is tested in its scan.
-- has: Hash Cond: .*t_id = t\.id|Hash Cond: .*t\.id = u\.t_id|Index Cond: \(id = u\.t_id\)
-- has: Filter: .*n = 1
-- not: Join Filter: .*t_id
select * from t, u where (t.id = u.t_id and u.n = 1 and t.kind = 'k1') or (t.id = u.t_id and u.n = 2 and t.kind = 'k2');

-- has: NOT \(hashed SubPlan
-- answer: 1999
select count(*) from t where id not in (select n from u where n = 3);

-- has: hashed SubPlan
-- answer: 715
select count(*) from t where id in (select t_id from u where n > 5) or id = 1;

-- not: hashed
-- has: Materialize
select id from t where id > any (select t_id from u where n = 1) or id = 1;
