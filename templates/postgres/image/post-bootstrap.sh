#!/bin/sh
# Runs once in a cluster's life, on its first leader: the roles and their least rights.
set -eu
psql -v ON_ERROR_STOP=1 -v VERBOSITY=terse -q -d "$1" <<'SQL'
-- Passwords come from the environment: a command line is for everybody on the machine to read. And
-- no error repeats its statement, here or in the server's log.
SET log_min_error_statement = panic;
\getenv app APP_PASSWORD
\getenv observer OBSERVER_PASSWORD
\getenv metrics METRICS_PASSWORD
-- The password is 192 random bits, which no number of iterations makes harder to guess; 4096 of
-- them would cost 16 ms of CPU at every connection.
SET scram_iterations = 64;
CREATE ROLE app LOGIN PASSWORD :'app';
CREATE ROLE observer LOGIN PASSWORD :'observer' IN ROLE pg_monitor;
-- Prometheus' exporter takes no password of fewer iterations than the default.
RESET scram_iterations;
CREATE ROLE metrics LOGIN PASSWORD :'metrics' IN ROLE pg_monitor;
CREATE DATABASE sdctl OWNER app;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
SQL
# made, with all that is asked for (making.sh)
rm -f /data/half-made
