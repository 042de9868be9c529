"""The smallest configuration that the service takes; tests replace what they are about."""

from sdctl.app.config import Config

SMALLEST = Config(
    node_name="app-1",
    database_hosts=("postgres-1",),
    database_name="sdctl",
    database_user="app",
    database_password="x",
)
