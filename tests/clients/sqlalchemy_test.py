#!/usr/bin/python3
"""A small application with SQLAlchemy's stock postgresql dialect: a shop with an ORM, a pool, reflection.

    sqlalchemy_test.py --binary build/relassert/basalt
    sqlalchemy_test.py --port 54329          against a running PostgreSQL
"""
import datetime
import decimal
import enum
import sys
import threading
import uuid

import sqlalchemy as sa
from client_test import equal, parse_options, run_checks, with_database
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.pool import QueuePool

Base = orm.declarative_base()


class Status(enum.Enum):
    NEW, PAID, SENT = 'new', 'paid', 'sent'


product_tag = sa.Table('product_tag', Base.metadata,
                       sa.Column('product_id', sa.ForeignKey('product.id', ondelete='CASCADE'), primary_key=True),
                       sa.Column('tag_id', sa.ForeignKey('tag.id'), primary_key=True))


class User(Base):
    __tablename__ = 'user'
    __table_args__ = (sa.CheckConstraint('length(email) > 3', name='email_long_enough'), {'comment': 'who may log in'})
    id = sa.Column(sa.Integer, primary_key=True)
    email = sa.Column(sa.String(120), nullable=False, unique=True, comment='also the name')
    created = sa.Column(sa.DateTime(timezone=True), server_default=sa.func.now())
    settings = sa.Column(pg.JSONB, default=dict)
    orders = orm.relationship('Order', back_populates='user', cascade='all, delete-orphan', order_by='Order.id')


class Category(Base):
    __tablename__ = 'category'
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.Text, nullable=False)
    parent_id = sa.Column(sa.ForeignKey('category.id', ondelete='SET NULL'))
    children = orm.relationship('Category', backref=orm.backref('parent', remote_side=[id]))


class Product(Base):
    __tablename__ = 'product'
    __table_args__ = (sa.Index('product_name_lower', sa.text('lower(name)')),
                      sa.Index('product_cheap', 'price', postgresql_where=sa.text('price < 10')),
                      sa.UniqueConstraint('name', 'category_id', name='product_name_category'))
    id = sa.Column(sa.BigInteger, sa.Identity(start=10), primary_key=True)
    name = sa.Column(sa.String(80), nullable=False)
    price = sa.Column(sa.Numeric(10, 2), nullable=False)
    gross = sa.Column(sa.Numeric(12, 4), sa.Computed('price * 1.19', persisted=True))
    code = sa.Column(pg.UUID(as_uuid=True), default=uuid.uuid4)
    sizes = sa.Column(pg.ARRAY(sa.Integer))
    photo = sa.Column(sa.LargeBinary)
    weight = sa.Column(sa.Float)
    active = sa.Column(sa.Boolean, server_default=sa.true())
    category_id = sa.Column(sa.ForeignKey('category.id'))
    category = orm.relationship(Category)
    tags = orm.relationship('Tag', secondary=product_tag, back_populates='products')


class Tag(Base):
    __tablename__ = 'tag'
    id = sa.Column(sa.Integer, sa.Sequence('tag_number', start=5), primary_key=True)
    name = sa.Column(sa.Text, unique=True)
    products = orm.relationship(Product, secondary=product_tag, back_populates='tags')


class Order(Base):
    __tablename__ = 'order'
    id = sa.Column(sa.Integer, primary_key=True)
    user_id = sa.Column(sa.ForeignKey('user.id', ondelete='CASCADE', onupdate='CASCADE', deferrable=True, initially='DEFERRED'),
                        nullable=False, index=True)
    status = sa.Column(sa.Enum(Status), default=Status.NEW, nullable=False)
    ordered = sa.Column(sa.Date, default=datetime.date(2024, 5, 6))
    at = sa.Column(sa.Time)
    took = sa.Column(sa.Interval)
    version = sa.Column(sa.Integer, nullable=False)
    user = orm.relationship(User, back_populates='orders')
    items = orm.relationship('Item', cascade='all, delete-orphan', lazy='selectin')
    __mapper_args__ = {'version_id_col': version}


class Item(Base):
    __tablename__ = 'item'
    order_id = sa.Column(sa.ForeignKey(Order.id, ondelete='CASCADE'), primary_key=True)
    product_id = sa.Column(sa.ForeignKey(Product.id), primary_key=True)
    quantity = sa.Column(sa.SmallInteger, nullable=False, default=1)
    product = orm.relationship(Product, lazy='joined')


def make_engine(host, port, user, database):
    return sa.create_engine(f'postgresql://{user}@{host}:{port}/{database}', poolclass=QueuePool, pool_size=20, max_overflow=30,
                            pool_pre_ping=True, pool_recycle=300, connect_args={'application_name': 'shop'})


def connecting(engine):
    with engine.connect() as connection:
        equal(connection.execute(sa.text('show application_name')).scalar(), 'shop')
        equal(engine.dialect.server_version_info[0], 15)
        equal(engine.dialect.default_schema_name, 'public')
        equal(connection.get_isolation_level(), 'READ COMMITTED')
    with engine.connect().execution_options(isolation_level='REPEATABLE READ') as connection:
        equal(connection.execute(sa.text('show transaction isolation level')).scalar(), 'repeatable read')
    with engine.connect().execution_options(isolation_level='AUTOCOMMIT') as connection:
        equal(connection.execute(sa.text('select 1')).scalar(), 1)
    with engine.connect().execution_options(postgresql_readonly=True) as connection:
        equal(connection.execute(sa.text('show transaction_read_only')).scalar(), 'on')


def create_all(engine):
    Base.metadata.create_all(engine)
    Base.metadata.create_all(engine)  # finds everything there


def reflection(engine):
    found = sa.inspect(engine)
    equal(sorted(found.get_table_names()), ['category', 'item', 'order', 'product', 'product_tag', 'tag', 'user'])
    assert found.has_table('user') and not found.has_table('nothing')
    equal(found.get_schema_names(), ['information_schema', 'public'])
    equal(found.get_table_comment('user'), {'text': 'who may log in'})
    columns = {column['name']: column for column in found.get_columns('product')}
    equal({name: str(column['type']) for name, column in columns.items()},
          {'id': 'BIGINT', 'name': 'VARCHAR(80)', 'price': 'NUMERIC(10, 2)', 'gross': 'NUMERIC(12, 4)', 'code': 'UUID',
           'sizes': 'ARRAY', 'photo': 'BYTEA', 'weight': 'DOUBLE_PRECISION', 'active': 'BOOLEAN', 'category_id': 'INTEGER'})
    equal((columns['id']['identity']['start'], columns['id']['identity']['always'], columns['id']['nullable']), (10, False, False))
    equal(columns['gross']['computed'], {'sqltext': '(price * 1.19)', 'persisted': True})
    equal(columns['active']['default'], 'true')
    equal([column['comment'] for column in found.get_columns('user')], [None, 'also the name', None, None])
    equal({column['name']: column['default'] for column in found.get_columns('user')}['id'], "nextval('user_id_seq'::regclass)")
    status = [column for column in found.get_columns('order') if column['name'] == 'status'][0]['type']
    equal((status.name, status.enums), ('status', ['NEW', 'PAID', 'SENT']))
    equal(found.get_pk_constraint('item'), {'constrained_columns': ['order_id', 'product_id'], 'name': 'item_pkey'})
    foreign = found.get_foreign_keys('order')
    equal(foreign, [{'name': 'order_user_id_fkey', 'constrained_columns': ['user_id'], 'referred_schema': None,
                     'referred_table': 'user', 'referred_columns': ['id'],
                     'options': {'onupdate': 'CASCADE', 'ondelete': 'CASCADE', 'deferrable': True, 'initially': 'DEFERRED'}}])
    equal(found.get_check_constraints('user'), [{'name': 'email_long_enough', 'sqltext': 'length((email)::text) > 3'}])
    equal([(one['name'], one['column_names']) for one in found.get_unique_constraints('product')],
          [('product_name_category', ['name', 'category_id'])])
    indexes = {index['name']: index for index in found.get_indexes('product')}
    equal(sorted(indexes), ['product_cheap', 'product_name_category'])
    equal(indexes['product_cheap']['column_names'], ['price'])
    equal(found.get_enums(), [{'name': 'status', 'schema': 'public', 'visible': True, 'labels': ['NEW', 'PAID', 'SENT']}])
    equal(sorted(found.get_sequence_names()), ['category_id_seq', 'order_id_seq', 'product_id_seq', 'tag_number', 'user_id_seq'])
    metadata = sa.MetaData()
    metadata.reflect(engine)
    equal(sorted(metadata.tables), sorted(Base.metadata.tables))
    equal([key.target_fullname for key in metadata.tables['item'].columns['order_id'].foreign_keys], ['order.id'])


def views(engine):
    with engine.begin() as connection:
        connection.execute(sa.text('create view cheap as select id, name from product where price < 10'))
        connection.execute(sa.text('create schema extra'))
        connection.execute(sa.text('create table extra.thing (a int primary key, b text references public.tag (name))'))
    found = sa.inspect(engine)
    equal(found.get_view_names(), ['cheap'])
    equal(found.get_view_definition('cheap'),
          ' SELECT product.id,\n    product.name\n   FROM product\n  WHERE (product.price < (10)::numeric);')
    equal(found.get_table_names(schema='extra'), ['thing'])
    equal(found.get_foreign_keys('thing', schema='extra')[0]['referred_table'], 'tag')
    equal(len(found.get_columns('cheap')), 2)


def fill(engine):
    with orm.Session(engine) as session:
        root = Category(name='root')
        books = Category(name='books', parent=root)
        tags = [Tag(name=name) for name in ('new', 'old', 'red')]
        products = [Product(name=f'product {i}', price=decimal.Decimal(i) + decimal.Decimal('0.99'), category=books,
                            sizes=[i, i + 1], photo=bytes([i, 0, 255]), weight=i / 4, tags=tags[:i % 4]) for i in range(30)]
        users = [User(email=f'user{i}@example.org', settings={'theme': 'dark', 'n': [i]}) for i in range(10)]
        session.add_all([root, *products, *users])
        session.flush()
        equal([tag.id for tag in tags], [5, 6, 7])
        equal(products[0].id, 10)
        for i, user in enumerate(users):
            for number in range(3):
                order = Order(at=datetime.time(10, number), took=datetime.timedelta(hours=i, minutes=number))
                user.orders.append(order)
                order.items = [Item(product=products[(i * 3 + number + k) % 30], quantity=k + 1) for k in range(2)]
        session.commit()
        equal(products[2].gross, decimal.Decimal('3.5581'))
        equal(users[0].created.tzinfo is not None, True)


def queries(engine):
    with orm.Session(engine) as session:
        equal(session.query(Order).count(), 30)
        user = session.query(User).filter_by(email='user3@example.org').one()
        equal((user.settings, len(user.orders), user.orders[1].took),
              ({'theme': 'dark', 'n': [3]}, 3, datetime.timedelta(hours=3, minutes=1)))
        total = sa.func.sum(Item.quantity * Product.price)
        rows = session.execute(
            sa.select(User.email, total.label('total')).join(User.orders).join(Order.items).join(Product)
            .group_by(User.email).having(total > 200).order_by(total.desc(), User.email).limit(3)).all()
        equal(len(rows), 3)
        equal(session.scalars(sa.select(Product.name).where(Product.tags.any(Tag.name == 'red')).order_by(Product.id)).all(),
              [f'product {i}' for i in range(3, 30, 4)])
        equal(sorted(session.scalars(sa.select(Product.name).where(Product.sizes.contains([5]))).all()), ['product 4', 'product 5'])
        equal(session.scalars(sa.select(User.id).where(User.settings['n'][0].as_integer() > 7)).all().__len__(), 2)
        equal(session.scalars(sa.select(Product.name).where(Product.name.ilike('%T 1_')).order_by(Product.name)
                              .offset(2).limit(2)).all(), ['product 12', 'product 13'])
        equal(session.scalars(sa.select(Product.name).where(Product.id.in_([10, 12, 999])).order_by(Product.id)).all(),
              ['product 0', 'product 2'])
        loaded = session.scalars(sa.select(User).options(orm.joinedload(User.orders).selectinload(Order.items))
                                 .order_by(User.id)).unique().all()
        equal(sum(item.quantity for user in loaded for order in user.orders for item in order.items), 90)
        number = sa.func.row_number().over(partition_by=Order.user_id, order_by=Order.id.desc()).label('number')
        latest = sa.select(Order.id, number).subquery()
        equal(session.scalar(sa.select(sa.func.count()).select_from(latest).where(latest.c.number == 1)), 10)
        tree = sa.select(Category.id, Category.name, sa.literal(1).label('depth')).where(
            Category.parent_id.is_(None)).cte('tree', recursive=True)
        tree = tree.union_all(sa.select(Category.id, Category.name, tree.c.depth + 1).join(tree, Category.parent_id == tree.c.id))
        equal(session.execute(sa.select(tree.c.name, tree.c.depth).order_by(tree.c.depth)).all(), [('root', 1), ('books', 2)])
        equal(session.query(Order).filter(Order.status == Status.NEW, sa.extract('year', Order.ordered) == 2024).count(), 30)
        equal(session.execute(sa.select(sa.case((Product.price < 10, 'cheap'), else_='dear').label('kind'), sa.func.count())
                              .group_by('kind').order_by('kind')).all(), [('cheap', 10), ('dear', 20)])


def changes(engine):
    with orm.Session(engine) as session:
        user = session.get(User, 1)
        user.email = 'first@example.org'
        user.settings = {**user.settings, 'theme': 'light'}
        user.orders[0].status = Status.PAID
        del user.orders[2]
        session.commit()
        equal((user.orders[0].version, len(user.orders)), (2, 2))
        equal(session.execute(sa.update(Product).where(Product.price > 25).values(price=Product.price - 1)
                              .returning(Product.id)).all().__len__(), 5)
        session.execute(sa.delete(Item).where(Item.quantity > 1, Item.order_id == 5))
        insert = pg.insert(Tag).values([{'id': 100, 'name': 'new'}, {'id': 101, 'name': 'blue'}])
        session.execute(insert.on_conflict_do_nothing(index_elements=['name']))
        insert = pg.insert(Tag).values(id=102, name='blue')
        session.execute(insert.on_conflict_do_update(index_elements=[Tag.name], set_={'name': insert.excluded.name + '!'}))
        session.commit()
        equal(session.scalars(sa.select(Tag.name).order_by(Tag.name)).all(), ['blue!', 'new', 'old', 'red'])
        session.delete(session.get(User, 2))
        session.commit()
        equal(session.query(Order).count(), 26)
        session.execute(sa.insert(User), [{'email': f'many{i}@example.org', 'settings': None} for i in range(500)])
        session.commit()
        equal(session.query(User).count(), 509)


def rollback_on_error(engine):
    with orm.Session(engine) as session:
        before = session.query(User).count()
        session.add(User(email='kept.not@example.org'))
        session.flush()
        session.add(User(email='user5@example.org'))
        try:
            session.commit()
            raise AssertionError('two users with one address')
        except IntegrityError as error:
            equal(error.orig.diag.constraint_name, 'user_email_key')
            session.rollback()
        equal(session.query(User).count(), before)
        session.add(User(email='outer@example.org'))
        try:
            with session.begin_nested():
                session.add(User(email='x'))
        except IntegrityError as error:
            equal(error.orig.diag.constraint_name, 'email_long_enough')
        session.commit()
        equal(session.query(User).count(), before + 1)
        for wrong, kind in ((sa.text('select nothing'), ProgrammingError), (sa.text("select 'x'::int"), DataError),
                            (sa.text('select 1 / 0'), DataError)):
            try:
                session.execute(wrong)
                raise AssertionError(f'{wrong} worked')
            except kind:
                session.rollback()
        equal(session.query(User).count(), before + 1)


def optimistic_and_pessimistic_locks(engine):
    with orm.Session(engine) as first, orm.Session(engine) as second:
        mine, theirs = first.get(Order, 10), second.get(Order, 10)
        mine.status, theirs.status = Status.SENT, Status.PAID
        first.commit()
        try:
            second.commit()
            raise AssertionError('the stale order was written')
        except orm.exc.StaleDataError:
            second.rollback()
        first.execute(sa.select(Order).where(Order.id == 11).with_for_update())
        try:
            second.execute(sa.select(Order).where(Order.id == 11).with_for_update(nowait=True))
            raise AssertionError('locked twice')
        except OperationalError as error:
            equal(error.orig.pgcode, '55P03')
            second.rollback()
        equal(second.execute(sa.select(Order.id).where(Order.id.in_([11, 12])).with_for_update(skip_locked=True)).all(), [(12,)])
        first.rollback()
        second.rollback()


def pool_under_threads(engine):
    counts, problems = [], []

    def work():
        try:
            for _ in range(5):
                with orm.Session(engine) as session:
                    counts.append(session.query(Order).count())
        except Exception as error:  # shown below
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(problems, [])
    equal(counts, [26] * 200)
    assert engine.pool.checkedout() == 0


def pre_ping_after_termination(engine):
    with engine.connect() as other, engine.connect() as killer:
        pid = other.connection.get_backend_pid()
        other.close()
        equal(killer.execute(sa.text('select pg_terminate_backend(:pid, 0)'), {'pid': pid}).scalar(), True)
    for _ in range(3):
        with engine.connect() as connection:
            equal(connection.execute(sa.text('select 1')).scalar(), 1)


def streaming(engine):
    with engine.connect().execution_options(stream_results=True, max_row_buffer=50) as connection:
        result = connection.execute(sa.text('select i from generate_series(1, 1000) i'))
        equal(sum(row[0] for row in result), 500500)
        result = connection.execute(sa.select(Product.id).order_by(Product.id))
        equal([len(part) for part in result.partitions(12)], [12, 12, 6])


def migrations(engine):
    with engine.begin() as connection:
        for statement in ('alter table "user" add column phone varchar(20) default \'-\' not null',
                          'alter table "user" alter column phone type text using upper(phone)',
                          'alter table "user" alter column phone drop not null, alter column phone drop default',
                          'alter table "user" rename column phone to mobile', 'create index concurrently_not on "user" (mobile)',
                          'alter table "user" add constraint mobile_short check (length(mobile) < 30) not valid',
                          'alter table "user" validate constraint mobile_short',
                          'alter type status add value if not exists \'LOST\'', 'alter table tag rename to label',
                          'alter index concurrently_not rename to user_mobile', 'alter table label rename to tag',
                          'alter sequence tag_number restart with 500', 'comment on column "user".mobile is \'new\''):
            connection.execute(sa.text(statement))
    column = sa.inspect(engine).get_columns('user')[-1]
    equal((column['name'], str(column['type']), column['nullable'], column['comment']), ('mobile', 'TEXT', True, 'new'))
    try:
        with engine.begin() as connection:
            connection.execute(sa.text('alter table "user" drop column mobile'))
            connection.execute(sa.text('create table half_way (a int)'))
            connection.execute(sa.text('select 1 / 0'))
    except DataError:
        pass
    assert not sa.inspect(engine).has_table('half_way')
    equal(sa.inspect(engine).get_columns('user')[-1]['name'], 'mobile')


def drop_all(engine):
    with engine.begin() as connection:
        connection.execute(sa.text('drop schema extra cascade'))
        connection.execute(sa.text('drop view cheap'))
    Base.metadata.drop_all(engine)
    equal(sa.inspect(engine).get_table_names(), [])
    equal(sa.inspect(engine).get_enums(), [])


CHECKS = [connecting, create_all, reflection, views, fill, queries, changes, rollback_on_error, optimistic_and_pessimistic_locks,
          pool_under_threads, pre_ping_after_termination, streaming, migrations, drop_all]


def run_application(*where):
    engine = make_engine(*where)
    try:
        return run_checks(CHECKS, engine)
    finally:
        engine.dispose()


def main():
    return with_database(parse_options(__doc__), 'clients_sqlalchemy', run_application)


if __name__ == '__main__':
    sys.exit(main())
