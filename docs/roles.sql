-- Two roles: one owns the tables and migrates, one serves and can neither create nor drop.
-- Choose your own passwords, and run it as a superuser: psql -f docs/roles.sql

CREATE ROLE basketkeeper_owner LOGIN PASSWORD 'change me';
CREATE ROLE basketkeeper_app LOGIN PASSWORD 'change me too';
CREATE DATABASE basketkeeper OWNER basketkeeper_owner;
REVOKE ALL ON DATABASE basketkeeper FROM PUBLIC;
-- TEMPORARY: the cleanup, and requests that remove sessions, keep each batch in a temporary table.
GRANT CONNECT, TEMPORARY ON DATABASE basketkeeper TO basketkeeper_app;

\connect basketkeeper
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO basketkeeper_app;
-- This includes the tables of later migrations.
ALTER DEFAULT PRIVILEGES FOR ROLE basketkeeper_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO basketkeeper_app;
