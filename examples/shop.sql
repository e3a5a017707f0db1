-- A small shop: schema, 100,000 orders by COPY, transactions, reports.
-- Run from the folder examples, in an empty database:  psql -X -q -f shop.sql
-- Expected output (with errors, 2>&1): shop.out, byte for byte as PostgreSQL 15 prints it. Columns filled by now() are not printed.
\set ON_ERROR_STOP off
\pset null '(null)'

create table users (
  id serial primary key,
  email varchar(120) not null unique,
  name varchar(80) not null,
  phone varchar(30),
  created_at timestamp not null default now()
);
create table categories (
  id serial primary key,
  parent_id integer references categories (id),
  name varchar(60) not null,
  unique (parent_id, name)
);
create table products (
  id serial primary key,
  category_id integer not null references categories (id),
  name varchar(120) not null unique,
  price decimal(10, 2) not null check (price > 0),
  stock integer not null default 0 check (stock >= 0),
  created_at timestamp not null default now()
);
create table orders (
  id serial primary key,
  user_id integer not null references users (id),
  status varchar(20) not null default 'new' check (status in ('new', 'paid', 'shipped', 'delivered', 'cancelled')),
  ordered_on date not null,
  created_at timestamp not null default now()
);
create table order_items (
  order_id integer not null references orders (id) on delete cascade,
  product_id integer not null references products (id),
  quantity integer not null check (quantity > 0),
  unit_price decimal(10, 2) not null,
  primary key (order_id, product_id)
);
create index orders_user_day on orders (user_id, ordered_on);
create index order_items_product on order_items (product_id);

insert into categories (parent_id, name) values (null, 'Home'), (null, 'Media'), (null, 'Clothes');
insert into categories (parent_id, name) values
  (1, 'Furniture'), (1, 'Kitchen'), (1, 'Lights'), (2, 'Books'), (2, 'Games'), (3, 'Shoes'), (3, 'Coats'), (7, 'Comics');

\copy users (email, name, phone) from program 'python3 shop_data.py users'
\copy products (category_id, name, price, stock) from program 'python3 shop_data.py products'
\copy orders (id, user_id, status, ordered_on) from program 'python3 shop_data.py orders'
\copy order_items from program 'python3 shop_data.py order_items'
select setval('orders_id_seq', max(id)) as last_order from orders;
analyze;

-- Small pieces of data by COPY FROM STDIN, with NULL, escapes and defaults.
copy users (email, name, phone) from stdin;
zoe@example.org	Zoë "Z" Ångström	\N
tab@example.org	Tab\\Back	+1\t2
\.
copy products (category_id, name, price) from stdin with (format csv, header);
category_id,name,price
11,"A ""quoted"", strange book",12.50
11,Plain comic,4
\.
select id, name, phone from users where email in ('zoe@example.org', 'tab@example.org') order by id;
select id, category_id, name, price, stock from products where id > 400 order by id;

-- What was loaded.
select (select count(*) from users) as users, (select count(*) from categories) as categories,
       (select count(*) from products) as products, (select count(*) from orders) as orders,
       (select count(*) from order_items) as items;
select status, count(*) as orders, min(ordered_on) as first, max(ordered_on) as last
from orders group by status order by orders desc, status;

-- Statements that must fail, and say why. Terse, since the details would show created_at.
select nmae from users;
\set VERBOSITY terse
insert into users (email, name) values ('zoe@example.org', 'Again');
insert into orders (user_id, ordered_on) values (999999, '2023-01-01');
insert into products (category_id, name, price) values (4, 'Free lunch', 0);
insert into products (category_id, name, price) values (4, 'Too dear', 123456789.00);
insert into orders (user_id, status, ordered_on) values (1, 'lost', '2023-01-01');
insert into order_items values (1, 1, 0, 1.00);
update orders set user_id = null where id = 1;
delete from users where id = 1;
\set VERBOSITY default

-- A transaction that buys something.
begin;
insert into orders (user_id, ordered_on) values (1, '2024-01-05') returning id as bought \gset
insert into order_items values (:bought, 17, 2, (select price from products where id = 17)),
                               (:bought, 18, 1, (select price from products where id = 18));
update products set stock = stock + 5 - 2 where id = 17;
commit;
select :bought as bought, i.order_id, p.name, i.quantity, i.unit_price, i.quantity * i.unit_price as amount
from order_items i join products p on p.id = i.product_id where i.order_id = :bought order by p.name;

-- A transaction that fails half-way and leaves nothing.
\set VERBOSITY terse
begin;
insert into orders (user_id, ordered_on) values (2, '2024-01-06') returning id as failed \gset
insert into order_items values (:failed, 20, 1, 9.99);
update products set stock = stock - 100000 where id = 20;
insert into order_items values (:failed, 21, 1, 9.99);
commit;
\set VERBOSITY default
select count(*) as left_behind from orders where id >= :failed;
select count(*) as left_behind from order_items where order_id >= :failed;

-- A savepoint saves the first half.
begin;
insert into orders (user_id, ordered_on) values (3, '2024-01-07') returning id as saved \gset
savepoint items;
insert into order_items values (:saved, 30, 1, 5.00), (:saved, 30, 2, 5.00);
rollback to items;
insert into order_items values (:saved, 30, 3, 5.00) returning quantity;
commit;
select o.id, i.product_id, i.quantity from orders o left join order_items i on i.order_id = o.id where o.id >= :bought
order by o.id, i.product_id;

-- Report: the category tree with the turnover of each branch.
with recursive tree as (
  select id, parent_id, name, name::text as path, 0 as depth from categories where parent_id is null
  union all
  select c.id, c.parent_id, c.name, t.path || ' > ' || c.name, t.depth + 1
  from categories c join tree t on c.parent_id = t.id
), sales as (
  select p.category_id, sum(i.quantity) as pieces, sum(i.quantity * i.unit_price) as amount
  from order_items i
  join products p on p.id = i.product_id
  join orders o on o.id = i.order_id
  where o.status <> 'cancelled'
  group by p.category_id
)
select t.depth, t.path, coalesce(s.pieces, 0) as pieces, s.amount,
       (select sum(s2.amount) from tree b join sales s2 on s2.category_id = b.id where b.path like t.path || '%') as branch
from tree t left join sales s on s.category_id = t.id
order by t.path;

-- Report: the best customers, with rank, share and time between orders.
with per_user as (
  select o.user_id, count(distinct o.id) as orders, sum(i.quantity * i.unit_price) as amount
  from orders o join order_items i on i.order_id = o.id
  where o.status in ('shipped', 'delivered')
  group by o.user_id
)
select rank() over (order by p.amount desc) as place, u.name, p.orders, p.amount,
       round(100 * p.amount / sum(p.amount) over (), 4) as percent,
       p.amount - lead(p.amount) over (order by p.amount desc) as ahead
from per_user p join users u on u.id = p.user_id
order by place, u.id
limit 10;

-- Report: months, running total, comparison with the month before and the same month of the year before.
select to_char(month, 'YYYY-MM') as month, orders, amount,
       sum(amount) over (order by month) as running,
       round(amount / lag(amount) over (order by month) - 1, 3) as vs_last_month,
       round(amount / lag(amount, 12) over (order by month) - 1, 3) as vs_last_year,
       round(avg(amount) over (order by month rows between 2 preceding and current row), 2) as three_months
from (
  select date_trunc('month', o.ordered_on) as month, count(distinct o.id) as orders, sum(i.quantity * i.unit_price) as amount
  from orders o join order_items i on i.order_id = o.id
  where o.status <> 'cancelled'
  group by 1
) m
where orders > 1
order by m.month;

-- Report: the three best-selling products of each category.
select category, place, product, pieces
from (
  select c.name as category, p.name as product, sum(i.quantity) as pieces,
         row_number() over (partition by c.id order by sum(i.quantity) desc, p.id) as place
  from categories c join products p on p.category_id = c.id join order_items i on i.product_id = p.id
  group by c.id, c.name, p.id, p.name
) ranked
where place <= 3
order by category, place;

-- Report: customers who bought from every branch with more than 300 lines; those who never ordered; repeat buyers.
select u.id, u.name, count(distinct coalesce(c.parent_id, c.id)) as branches, count(*) as lines
from users u join orders o on o.user_id = u.id join order_items i on i.order_id = o.id
join products p on p.id = i.product_id join categories c on c.id = p.category_id
group by u.id, u.name
having count(distinct coalesce(c.parent_id, c.id)) = 4 and count(*) > 300
order by lines desc, u.id limit 5;
select count(*) as never_ordered from users u where not exists (select 1 from orders o where o.user_id = u.id);
select u.email, o.id as last_order, o.ordered_on, o.status
from users u left join lateral (
  select id, ordered_on, status from orders where user_id = u.id order by ordered_on desc, id desc limit 1
) o on true
where u.id in (1, 2, 3, 2500, 4999, 5001) order by u.id;

-- Report: matrix of states per quarter, with totals.
select coalesce(extract(year from ordered_on)::text, 'all') as year,
       coalesce(extract(quarter from ordered_on)::text, 'all') as quarter,
       count(*) filter (where status = 'new') as new, count(*) filter (where status = 'paid') as paid,
       count(*) filter (where status = 'shipped') as shipped, count(*) filter (where status = 'cancelled') as cancelled,
       count(*) as total
from orders
group by rollup (extract(year from ordered_on), extract(quarter from ordered_on))
order by 1, 2;

-- Changes: prices by category, cancelled orders go away with their items.
update products p set price = round(p.price * 1.1, 2)
from categories c where c.id = p.category_id and c.name = 'Books';
select c.name, count(*) as products, avg(p.price)::decimal(10, 2) as average, min(p.price), max(p.price)
from products p join categories c on c.id = p.category_id group by c.name order by c.name;
delete from orders where status = 'cancelled' and ordered_on < '2022-07-01';
select count(*) as orders, (select count(*) from order_items) as items from orders;
insert into products (category_id, name, price, stock) values (11, 'Plain comic', 3.50, 10)
on conflict (name) do update set price = excluded.price, stock = products.stock + excluded.stock
returning name, price, stock;
create view open_orders as
  select o.id, u.name, o.ordered_on from orders o join users u on u.id = o.user_id where o.status = 'new';
select ordered_on, count(*) from open_orders where ordered_on between '2023-12-28' and '2024-12-31' group by 1 order by 1;
\d order_items
\dt
