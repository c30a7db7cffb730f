-- Once, on an empty database, before the first migration.

-- Identifiers made by the database.
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
-- Titles are found by any part of them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- Which queries take how long; the server loads it at its start.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;

ALTER DATABASE :"DBNAME" SET timezone TO 'UTC';
