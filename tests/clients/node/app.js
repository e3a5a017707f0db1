// A small application with node's pg: accounts and transfers. Arguments: host port user database.
'use strict';

const assert = require('assert');
const { Client, Pool, types } = require('pg');

const [host, port, user, database] = process.argv.slice(2);
const where = { host, port: Number(port), user, database, application_name: 'node application' };

async function rejects(promise, code, more) {
  const error = await promise.then(() => assert.fail(`no error ${code}`), (reason) => reason);
  assert.strictEqual(error.code, code, error.message);
  for (const [name, value] of Object.entries(more || {})) assert.strictEqual(error[name], value);
}

const checks = {
  async schema({ client }) {
    await client.query(`
      create table account (id serial primary key, owner text not null unique, balance numeric(12,2) not null default 0
        check (balance >= 0), opened date default '2024-02-03', flags boolean[], data jsonb, raw bytea, at timestamptz);
      create table transfer (id bigserial primary key, source int references account, target int references account,
        amount numeric(12,2) not null, at timestamp default now())`);
    const shown = await client.query('show application_name');
    assert.deepStrictEqual(shown.rows, [{ application_name: 'node application' }]);
  },

  async parameters({ client }) {
    const at = new Date('2024-05-06T07:08:09.010Z');
    const inserted = await client.query(
      'insert into account (owner, balance, flags, data, raw, at) values ($1, $2, $3, $4, $5, $6) returning *',
      ['Ann "Ä" \'quoted\' 𝄞', '100.50', [true, false, null], { a: [1, { b: null }] }, Buffer.from([0, 1, 255]), at]);
    assert.strictEqual(inserted.command, 'INSERT');
    assert.strictEqual(inserted.rowCount, 1);
    const row = inserted.rows[0];
    assert.deepStrictEqual([row.id, row.owner, row.balance, row.flags, row.data, row.raw, row.at.getTime()],
      [1, 'Ann "Ä" \'quoted\' 𝄞', '100.50', [true, false, null], { a: [1, { b: null }] }, Buffer.from([0, 1, 255]), at.getTime()]);
    // Debian's pg leaves dates as text.
    const opened = row.opened instanceof Date ? row.opened : new Date(`${row.opened}T00:00`);
    assert.strictEqual(opened.getMonth(), 1);
    const arrayed = await client.query({ text: 'select $1::int8 as big, $2::text[] as list, null as nothing',
      values: ['9007199254740993', ['x', 'y,z', '"q"', null]], rowMode: 'array' });
    assert.deepStrictEqual(arrayed.rows, [['9007199254740993', ['x', 'y,z', '"q"', null], null]]);
    assert.deepStrictEqual(arrayed.fields.map((field) => [field.name, field.dataTypeID]),
      [['big', 20], ['list', 1009], ['nothing', 25]]);
    const binary = await client.query({ text: 'select 42 as n, true as b, 1.5::float8 as f', binary: true });
    assert.deepStrictEqual(binary.rows, [{ n: 42, b: true, f: 1.5 }]);
  },

  async namedStatements({ client }) {
    for (let i = 0; i < 20; ++i) {
      const result = await client.query({ name: 'account by owner', text: 'select id from account where owner like $1', values: ['A%'] });
      assert.deepStrictEqual(result.rows, [{ id: 1 }]);
    }
    const listed = await client.query('select name, statement from pg_prepared_statements');
    assert.deepStrictEqual(listed.rows, [{ name: 'account by owner', statement: 'select id from account where owner like $1' }]);
    await rejects(client.query({ name: 'wrong', text: 'select $1::int', values: ['x'] }), '22P02');
    await rejects(client.query({ name: 'broken', text: 'selec' }), '42601', { position: '1' });
    const after = await client.query({ name: 'right', text: 'select $1::int as n', values: ['7'] });
    assert.deepStrictEqual(after.rows[0], { n: 7 });
  },

  async severalStatements({ client }) {
    const results = await client.query('select 1 as a; insert into account (owner) values (\'Bob\'); select count(*)::int as n from account');
    assert.deepStrictEqual(results.map((result) => result.command), ['SELECT', 'INSERT', 'SELECT']);
    assert.deepStrictEqual(results[2].rows, [{ n: 2 }]);
    const empty = await client.query('');
    assert.strictEqual(empty.rows.length, 0);
  },

  async errors({ client }) {
    await rejects(client.query('insert into account (owner) values ($1)', ['Bob']), '23505',
      { constraint: 'account_owner_key', table: 'account', schema: 'public', severity: 'ERROR', detail: 'Key (owner)=(Bob) already exists.' });
    await rejects(client.query('insert into account (owner) values (null)'), '23502', { column: 'owner' });
    await rejects(client.query('update account set balance = -1'), '23514', { constraint: 'account_balance_check' });
    await rejects(client.query('insert into transfer (source, target, amount) values (77, 1, 1)'), '23503');
    await rejects(client.query('select * from nothing'), '42P01', { position: '15' });
    await rejects(client.query('select 1 / ($1::int - 1)', [1]), '22012');
    await rejects(client.query('select $1::int', []), '42P02');
    await rejects(client.query('select 1', [1]), '08P01');
  },

  async transfers({ pool }) {
    await pool.query('update account set balance = 1000');
    const transfer = async (source, target, amount) => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await client.query('select from account where id in ($1, $2) order by id for update', [source, target]);
        await client.query('insert into transfer (source, target, amount) values ($1, $2, $3)', [source, target, amount]);
        await client.query('update account set balance = balance - $2 where id = $1', [source, amount]);
        await client.query('update account set balance = balance + $2 where id = $1', [target, amount]);
        await client.query('commit');
        return 1;
      } catch (error) {
        await client.query('rollback');
        assert.strictEqual(error.code, '23514');
        return 0;
      } finally {
        client.release();
      }
    };
    const work = [];
    for (let i = 0; i < 100; ++i) work.push(transfer(1 + i % 2, 2 - i % 2, i % 10 === 9 ? 5000 : 10 + i));
    const done = (await Promise.all(work)).reduce((a, b) => a + b, 0);
    assert.strictEqual(done, 90);
    const { rows } = await pool.query(`select (select sum(balance) from account) as total, (select count(*)::int from transfer) as n,
      (select bool_and(balance = 1000 + coalesce((select sum(case when target = a.id then amount else -amount end)
                                                 from transfer where a.id in (source, target)), 0)) from account a) as agree`);
    assert.deepStrictEqual(rows, [{ total: '2000.00', n: 90, agree: true }]);
  },

  async poolOfMany({ pool }) {
    const results = await Promise.all(Array.from({ length: 300 }, (_, i) => pool.query('select $1::int * 2 as twice', [i])));
    results.forEach((result, i) => assert.strictEqual(result.rows[0].twice, i * 2));
    assert.ok(pool.totalCount <= 15);
  },

  async notifications({ client }) {
    const listener = new Client(where);
    await listener.connect();
    const got = new Promise((resolve) => listener.on('notification', resolve));
    await listener.query('listen "Money"');
    await client.query('notify "Money", \'arrived\'');
    const message = await got;
    assert.deepStrictEqual([message.channel, message.payload], ['Money', 'arrived']);
    await listener.end();
    const notice = new Promise((resolve) => client.once('notice', resolve));
    await client.query('do $$ begin raise notice \'hello %\', 5; end $$');
    assert.strictEqual((await notice).message, 'hello 5');
  },

  async timeouts({ client }) {
    await client.query('set statement_timeout = 100');
    await rejects(client.query('select pg_sleep(5)'), '57014');
    await rejects(client.query('select pg_sleep($1)', [5]), '57014');
    await client.query('reset statement_timeout');
    const short = new Client({ ...where, statement_timeout: 150, idle_in_transaction_session_timeout: 200 });
    await short.connect();
    await rejects(short.query('select pg_sleep(5)'), '57014');
    const ended = new Promise((resolve) => short.on('error', resolve));
    await short.query('begin');
    assert.strictEqual((await ended).code, '25P03');
    await short.end().catch(() => {});
  },

  async largeResults({ client }) {
    const result = await client.query('select i, repeat($1, 100) as text from generate_series(1, 50000) i', ['xy']);
    assert.strictEqual(result.rows.length, 50000);
    assert.ok(result.rows.every((row, i) => row.i === i + 1 && row.text.length === 200));
    const big = 'z'.repeat(3e6);
    assert.strictEqual((await client.query('select $1::text as t', [big])).rows[0].t, big);
  },

  async refused() {
    await rejects(new Client({ ...where, database: 'no_such_database' }).connect(), '3D000');
    await rejects(new Client({ ...where, user: 'no_such_role' }).connect(), '28000');
  },

  async changedTable({ client }) {
    await client.query('create table changing (a int)');
    const statement = { name: 'changing', text: 'select * from changing' };
    await client.query(statement);
    await client.query('alter table changing add b int');
    await rejects(client.query(statement), '0A000', { routine: 'RevalidateCachedQuery' });
  },
};

async function main() {
  const client = new Client(where);
  await client.connect();
  const pool = new Pool({ ...where, max: 15 });
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check({ client, pool, types });
    } catch (error) {
      failed += 1;
      const line = (String(error.stack).match(/app\.js:(\d+)/) || [])[1];
      console.log(`${name}, line ${line}: ${error.message}`);
    }
  }
  await client.end();
  await pool.end();
  const count = Object.keys(checks).length;
  console.log(`${count - failed} of ${count} checks passed`);
  process.exit(failed ? 1 : 0);
}

main().catch((error) => {
  console.log(error);
  process.exit(1);
});
