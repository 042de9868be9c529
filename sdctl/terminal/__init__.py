"""What people see: tables, live views, colour. The only importer of rich, besides load/view."""
