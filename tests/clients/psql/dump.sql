--
-- PostgreSQL database dump
--



SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: shop; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA shop;


ALTER SCHEMA shop OWNER TO postgres;

--
-- Name: SCHEMA shop; Type: COMMENT; Schema: -; Owner: postgres
--

COMMENT ON SCHEMA shop IS 'what is sold';


--
-- Name: address; Type: TYPE; Schema: shop; Owner: postgres
--

CREATE TYPE shop.address AS (
	street text,
	city character varying(40),
	zip character(5)
);


ALTER TYPE shop.address OWNER TO postgres;

--
-- Name: email; Type: DOMAIN; Schema: shop; Owner: postgres
--

CREATE DOMAIN shop.email AS text NOT NULL DEFAULT 'nobody'::text
	CONSTRAINT has_at CHECK (((VALUE ~~ '%@%'::text) OR (VALUE = 'nobody'::text)));


ALTER DOMAIN shop.email OWNER TO postgres;

--
-- Name: state; Type: TYPE; Schema: shop; Owner: postgres
--

CREATE TYPE shop.state AS ENUM (
    'new',
    'paid',
    'sent'
);


ALTER TYPE shop.state OWNER TO postgres;

--
-- Name: TYPE state; Type: COMMENT; Schema: shop; Owner: postgres
--

COMMENT ON TYPE shop.state IS 'state of an order';


--
-- Name: add(integer, integer); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.add(a integer, b integer DEFAULT 2) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$select a + b$$;


ALTER FUNCTION public.add(a integer, b integer) OWNER TO postgres;

--
-- Name: FUNCTION add(a integer, b integer); Type: COMMENT; Schema: public; Owner: postgres
--

COMMENT ON FUNCTION public.add(a integer, b integer) IS 'adds';


--
-- Name: note_change(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.note_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ begin return new; end $$;


ALTER FUNCTION public.note_change() OWNER TO postgres;

--
-- Name: tables(integer); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.tables(low integer) RETURNS TABLE(x integer, y text)
    LANGUAGE sql
    AS $$ select 1, 'a' $$;


ALTER FUNCTION public.tables(low integer) OWNER TO postgres;

--
-- Name: variadic_sum(integer[]); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.variadic_sum(VARIADIC list integer[]) RETURNS bigint
    LANGUAGE sql
    AS $$select sum(i) from unnest(list) i$$;


ALTER FUNCTION public.variadic_sum(VARIADIC list integer[]) OWNER TO postgres;

--
-- Name: clean(integer); Type: PROCEDURE; Schema: shop; Owner: postgres
--

CREATE PROCEDURE shop.clean(INOUT n integer)
    LANGUAGE plpgsql
    AS $$ begin n := n + 1; end $$;


ALTER PROCEDURE shop.clean(INOUT n integer) OWNER TO postgres;

--
-- Name: names(); Type: FUNCTION; Schema: shop; Owner: postgres
--

CREATE FUNCTION shop.names(OUT id integer, OUT name text) RETURNS SETOF record
    LANGUAGE sql STABLE
    AS $$select id, name::text from shop.customer$$;


ALTER FUNCTION shop.names(OUT id integer, OUT name text) OWNER TO postgres;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: plain; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.plain (
    a integer,
    b text
);

ALTER TABLE ONLY public.plain REPLICA IDENTITY FULL;


ALTER TABLE public.plain OWNER TO postgres;

--
-- Name: plain_sequence; Type: SEQUENCE; Schema: public; Owner: postgres
--

CREATE SEQUENCE public.plain_sequence
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.plain_sequence OWNER TO postgres;

--
-- Name: plain_view; Type: VIEW; Schema: public; Owner: postgres
--

CREATE VIEW public.plain_view WITH (security_barrier='true') AS
 SELECT plain.a,
    plain.b
   FROM public.plain
  WHERE (plain.a > 1)
  WITH LOCAL CHECK OPTION;


ALTER TABLE public.plain_view OWNER TO postgres;

--
-- Name: unlogged_table; Type: TABLE; Schema: public; Owner: postgres
--

CREATE UNLOGGED TABLE public.unlogged_table (
    a integer NOT NULL
)
WITH (fillfactor='70');


ALTER TABLE public.unlogged_table OWNER TO postgres;

--
-- Name: wide; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.wide (
    "Mixed Case" integer,
    "select" text,
    "with""quote" integer
);


ALTER TABLE public.wide OWNER TO postgres;

--
-- Name: customer; Type: TABLE; Schema: shop; Owner: postgres
--

CREATE TABLE shop.customer (
    id integer NOT NULL,
    name character varying(80) NOT NULL,
    mail shop.email,
    balance numeric(10,2) DEFAULT 0.00,
    joined timestamp with time zone DEFAULT now(),
    tags text[] DEFAULT '{}'::text[],
    extra jsonb,
    home shop.address,
    code character(3),
    CONSTRAINT balance_positive CHECK ((balance >= (0)::numeric)),
    CONSTRAINT name_not_empty CHECK (((length((name)::text) > 0) AND ((name)::text <> ' '::text)))
);
ALTER TABLE ONLY shop.customer ALTER COLUMN name SET STATISTICS 200;
ALTER TABLE ONLY shop.customer ALTER COLUMN tags SET STORAGE EXTERNAL;


ALTER TABLE shop.customer OWNER TO postgres;

--
-- Name: TABLE customer; Type: COMMENT; Schema: shop; Owner: postgres
--

COMMENT ON TABLE shop.customer IS 'who buys';


--
-- Name: COLUMN customer.name; Type: COMMENT; Schema: shop; Owner: postgres
--

COMMENT ON COLUMN shop.customer.name IS 'first and last name';


--
-- Name: customer_id_seq; Type: SEQUENCE; Schema: shop; Owner: postgres
--

CREATE SEQUENCE shop.customer_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE shop.customer_id_seq OWNER TO postgres;

--
-- Name: customer_id_seq; Type: SEQUENCE OWNED BY; Schema: shop; Owner: postgres
--

ALTER SEQUENCE shop.customer_id_seq OWNED BY shop.customer.id;


--
-- Name: invoice_number; Type: SEQUENCE; Schema: shop; Owner: postgres
--

CREATE SEQUENCE shop.invoice_number
    AS smallint
    START WITH 20
    INCREMENT BY 5
    MINVALUE 10
    MAXVALUE 1000
    CACHE 3
    CYCLE;


ALTER TABLE shop.invoice_number OWNER TO postgres;

--
-- Name: item; Type: TABLE; Schema: shop; Owner: postgres
--

CREATE TABLE shop.item (
    customer integer NOT NULL,
    product bigint NOT NULL,
    line smallint DEFAULT '1'::smallint NOT NULL,
    state shop.state DEFAULT 'new'::shop.state,
    day date,
    at time(3) without time zone,
    zoned time with time zone,
    lasts interval day to second(2),
    price numeric(8,3),
    flags bit(4),
    more bit varying(9),
    key uuid DEFAULT gen_random_uuid()
);


ALTER TABLE shop.item OWNER TO postgres;

--
-- Name: product; Type: TABLE; Schema: shop; Owner: postgres
--

CREATE TABLE shop.product (
    id bigint NOT NULL,
    number integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    price double precision DEFAULT 1.5,
    gross double precision GENERATED ALWAYS AS ((price * (1.19)::double precision)) STORED,
    weight real,
    available boolean DEFAULT true,
    photo bytea,
    mark "char"
);


ALTER TABLE shop.product OWNER TO postgres;

--
-- Name: product_id_seq; Type: SEQUENCE; Schema: shop; Owner: postgres
--

ALTER TABLE shop.product ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME shop.product_id_seq
    START WITH 100
    INCREMENT BY 10
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: product_number_seq; Type: SEQUENCE; Schema: shop; Owner: postgres
--

ALTER TABLE shop.product ALTER COLUMN number ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME shop.product_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: rich; Type: VIEW; Schema: shop; Owner: postgres
--

CREATE VIEW shop.rich AS
 SELECT c.id,
    c.name,
    (c.balance * (2)::numeric) AS twice
   FROM shop.customer c
  WHERE (c.balance > (1000)::numeric);


ALTER TABLE shop.rich OWNER TO postgres;

--
-- Name: VIEW rich; Type: COMMENT; Schema: shop; Owner: postgres
--

COMMENT ON VIEW shop.rich IS 'rich customers';


--
-- Name: totals; Type: MATERIALIZED VIEW; Schema: shop; Owner: postgres
--

CREATE MATERIALIZED VIEW shop.totals AS
 SELECT item.customer,
    count(*) AS items,
    sum(item.price) AS total
   FROM shop.item
  GROUP BY item.customer
  WITH NO DATA;


ALTER TABLE shop.totals OWNER TO postgres;

--
-- Name: customer id; Type: DEFAULT; Schema: shop; Owner: postgres
--

ALTER TABLE ONLY shop.customer ALTER COLUMN id SET DEFAULT nextval('shop.customer_id_seq'::regclass);


--
-- Name: unlogged_table unlogged_table_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.unlogged_table
    ADD CONSTRAINT unlogged_table_pkey PRIMARY KEY (a);


--
-- Name: customer customer_code_key; Type: CONSTRAINT; Schema: shop; Owner: postgres
--

ALTER TABLE ONLY shop.customer
    ADD CONSTRAINT customer_code_key UNIQUE (code);


--
-- Name: customer customer_pkey; Type: CONSTRAINT; Schema: shop; Owner: postgres
--

ALTER TABLE ONLY shop.customer
    ADD CONSTRAINT customer_pkey PRIMARY KEY (id);


--
-- Name: item item_pkey; Type: CONSTRAINT; Schema: shop; Owner: postgres
--

ALTER TABLE ONLY shop.item
    ADD CONSTRAINT item_pkey PRIMARY KEY (customer, product, line);


--
-- Name: product name_number; Type: CONSTRAINT; Schema: shop; Owner: postgres
--

ALTER TABLE ONLY shop.product
    ADD CONSTRAINT name_number UNIQUE (name, number) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: product product_key; Type: CONSTRAINT; Schema: shop; Owner: postgres
--

ALTER TABLE ONLY shop.product
    ADD CONSTRAINT product_key PRIMARY KEY (id) INCLUDE (name);


--
-- Name: item_day; Type: INDEX; Schema: shop; Owner: postgres
--

CREATE UNIQUE INDEX item_day ON shop.item USING btree (day DESC NULLS LAST, abs(line)) WHERE (line > 1);


--
-- Name: item_expr_date_trunc_idx; Type: INDEX; Schema: shop; Owner: postgres
--

CREATE INDEX item_expr_date_trunc_idx ON shop.item USING btree (((price * (2)::numeric)), date_trunc('day'::text, (day)::timestamp without time zone));


--
-- Name: item_price; Type: INDEX; Schema: shop; Owner: postgres
--

CREATE INDEX item_price ON shop.item USING btree (price) INCLUDE (flags);

ALTER TABLE shop.item CLUSTER ON item_price;


--
-- Name: INDEX item_price; Type: COMMENT; Schema: shop; Owner: postgres
--

COMMENT ON INDEX shop.item_price IS 'by price';


--
-- Name: totals_customer; Type: INDEX; Schema: shop; Owner: postgres
--

CREATE UNIQUE INDEX totals_customer ON shop.totals USING btree (customer);


--
-- Name: customer customer_after; Type: TRIGGER; Schema: shop; Owner: postgres
--

CREATE TRIGGER customer_after AFTER DELETE ON shop.customer FOR EACH STATEMENT EXECUTE FUNCTION public.note_change('x', 'y');


--
-- Name: customer customer_changed; Type: TRIGGER; Schema: shop; Owner: postgres
--

CREATE TRIGGER customer_changed BEFORE INSERT OR UPDATE OF name ON shop.customer FOR EACH ROW WHEN ((new.name IS NOT NULL)) EXECUTE FUNCTION public.note_change();


--
-- Name: item item_later; Type: TRIGGER; Schema: shop; Owner: postgres
--

CREATE CONSTRAINT TRIGGER item_later AFTER INSERT ON shop.item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.note_change();


--
-- Name: item item_off; Type: TRIGGER; Schema: shop; Owner: postgres
--

CREATE TRIGGER item_off AFTER UPDATE ON shop.item REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION public.note_change();

ALTER TABLE shop.item DISABLE TRIGGER item_off;


--
-- Name: item item_customer_fkey; Type: FK CONSTRAINT; Schema: shop; Owner: postgres
--

ALTER TABLE ONLY shop.item
    ADD CONSTRAINT item_customer_fkey FOREIGN KEY (customer) REFERENCES shop.customer(id) ON DELETE CASCADE;


--
-- Name: item item_product; Type: FK CONSTRAINT; Schema: shop; Owner: postgres
--

ALTER TABLE ONLY shop.item
    ADD CONSTRAINT item_product FOREIGN KEY (product) REFERENCES shop.product(id) MATCH FULL ON UPDATE SET NULL ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED;


--
-- Name: SCHEMA shop; Type: ACL; Schema: -; Owner: postgres
--

GRANT USAGE ON SCHEMA shop TO clients_reader;


--
-- Name: FUNCTION add(a integer, b integer); Type: ACL; Schema: public; Owner: postgres
--

GRANT ALL ON FUNCTION public.add(a integer, b integer) TO clients_reader;


--
-- Name: TABLE customer; Type: ACL; Schema: shop; Owner: postgres
--

GRANT SELECT ON TABLE shop.customer TO clients_reader;
GRANT INSERT ON TABLE shop.customer TO clients_writer;


--
-- Name: COLUMN customer.name; Type: ACL; Schema: shop; Owner: postgres
--

GRANT UPDATE(name) ON TABLE shop.customer TO clients_writer;


--
-- Name: COLUMN customer.balance; Type: ACL; Schema: shop; Owner: postgres
--

GRANT UPDATE(balance) ON TABLE shop.customer TO clients_writer;


--
-- PostgreSQL database dump complete
--


