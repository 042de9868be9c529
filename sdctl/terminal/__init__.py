"""What people see: tables, live views, colour. The only room that imports rich."""
