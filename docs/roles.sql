-- Two roles: one owns the tables and migrates, one serves and can neither create nor drop.
-- As a superuser, with passwords of your own: psql -f docs/roles.sql

CREATE ROLE basketkeeper_owner LOGIN PASSWORD 'change me';
CREATE ROLE basketkeeper_app LOGIN PASSWORD 'change me too';
CREATE DATABASE basketkeeper OWNER basketkeeper_owner;
REVOKE ALL ON DATABASE basketkeeper FROM PUBLIC;
-- TEMPORARY: whatever removes sessions keeps each batch in a temporary table, in the cleanup and in requests.
GRANT CONNECT, TEMPORARY ON DATABASE basketkeeper TO basketkeeper_app;

\connect basketkeeper
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO basketkeeper_app;
-- Also on the tables of migrations to come.
ALTER DEFAULT PRIVILEGES FOR ROLE basketkeeper_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO basketkeeper_app;
