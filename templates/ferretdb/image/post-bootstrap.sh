#!/bin/sh
# Runs once in a cluster's life, on its first leader: the extension, the users and their rights.
# Each step is skipped where it was done, so that a second run is harmless.
set -eu
psql -v ON_ERROR_STOP=1 -v VERBOSITY=terse -q -d "$1" <<'SQL'
-- Passwords come from the environment: a command line is for everybody on the machine to read. And
-- no error repeats its statement, here or in the server's log.
SET log_min_error_statement = panic;
SET log_error_verbosity = terse;
\getenv app APP_PASSWORD
\getenv observer OBSERVER_PASSWORD
CREATE EXTENSION IF NOT EXISTS documentdb CASCADE;
CREATE FUNCTION pg_temp.add_user(name text, password text, roles text) RETURNS void AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN RETURN; END IF;
    PERFORM documentdb_api.create_user(
        jsonb_build_object('createUser', name, 'pwd', password, 'roles', roles::jsonb)
            ::text::documentdb_core.bson);
END $$ LANGUAGE plpgsql;
SELECT pg_temp.add_user('app', :'app',
    '[{"role": "readWriteAnyDatabase", "db": "admin"}, {"role": "clusterAdmin", "db": "admin"}]');
SELECT pg_temp.add_user('observer', :'observer', '[{"role": "readAnyDatabase", "db": "admin"}]');
GRANT pg_monitor TO observer;
SQL
# made, with all that is asked for (making.sh)
rm -f /data/half-made
