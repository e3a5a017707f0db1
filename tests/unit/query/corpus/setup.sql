CREATE TABLE t (a int PRIMARY KEY, b text, c numeric(10,2), d timestamp);
CREATE TABLE u (a int, x bigint, y varchar(20), z int[]);
CREATE TABLE w (id int DEFAULT 7 PRIMARY KEY, name text DEFAULT 'none', at timestamptz DEFAULT now());
CREATE DOMAIN posint AS int;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE VIEW v AS SELECT a, b FROM t WHERE a > 0;
