"""The service over HTTP: routes, errors, streams."""
