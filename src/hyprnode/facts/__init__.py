"""What several scanners ask of a host, read once a scan: processes, mounts, listeners, packages, accounts, units."""
