-- Creates what smsledger needs on a PostgreSQL server: a database, and a role that may use only this
-- database and owns only one schema in it, where smsledger makes its tables. As a superuser, with a
-- file that has the password to give to the role:
--
--   sudo -u postgres SMSLEDGER_PASSWORD_FILE=/path/to/password psql --file postgresql-role.sql
--
-- Another run, for example after an error, goes on where the first one ended, and sets the password.

\set ON_ERROR_STOP on
\set password `cat "${SMSLEDGER_PASSWORD_FILE:-/dev/null}"`
SELECT :'password' = '' AS is_missing \gset
\if :is_missing
  DO $$ BEGIN RAISE 'Set SMSLEDGER_PASSWORD_FILE to a file with a password, which the user who runs psql can read.'; END $$;
\endif

SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'smsledger') AS is_new \gset
\if :is_new
  CREATE ROLE smsledger;
\endif
ALTER ROLE smsledger LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';

SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname = 'smsledger') AS is_new \gset
\if :is_new
  CREATE DATABASE smsledger TEMPLATE template0 ENCODING 'UTF8';
\endif
REVOKE ALL ON DATABASE smsledger FROM PUBLIC;
GRANT CONNECT ON DATABASE smsledger TO smsledger;

\connect smsledger
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS smsledger AUTHORIZATION smsledger;
ALTER ROLE smsledger IN DATABASE smsledger SET search_path = smsledger;
