"""What every room may use: errors, units, waiting, files, processes, plug-ins."""
