-- What a statement asked of pages, spill files and the log.
create table plan_buffers as select i, repeat('x', 100) t from generate_series(1, 20000) i;

-- used: Seq Scan on plan_buffers .*\n +Buffers: shared hit=\d+
-- analyzed: ^(?![\s\S]*(Buffers|WAL))
select count(*) from plan_buffers;

-- used: ^(?![\s\S]*WAL)
select count(*) from plan_buffers where i > 0;

set work_mem = '64kB';
-- used: Sort .*\n.*\n.*Buffers: shared hit=\d+, temp read=\d+ written=\d+
select * from plan_buffers order by t, i desc;
reset work_mem;

begin;
-- used: Insert on plan_buffers .*\n +Buffers: shared hit=.*\n +WAL: records=[1-9]\d* bytes=\d+
insert into plan_buffers values (0, 'y');
rollback;
