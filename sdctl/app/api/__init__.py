"""The routes of the reference service, one file per resource."""
