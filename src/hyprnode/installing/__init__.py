"""Makes the agent a service of its host, and takes it away again: `hyprnode install`, `hyprnode uninstall`."""
