"""The service, as systemd is told of it. deploy/hyprnode.service is this text, for those who install by hand.

Differences from the original's unit have their reasons in docs/why. A job is a unit of its own, so that none of the
limits here reach it. What would give the agent another view of the host's files is not here: scanners look at them.
"""

AGENT = """\
[Unit]
Description=HyprBox node agent
Documentation=man:systemd.service(5)
After=network.target
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
WatchdogSec=5min
User=root
EnvironmentFile=/etc/hyprbox/hyprnode.env
ExecStart=/usr/local/bin/hyprnode
Restart=always
RestartSec=10s
# A job outlives the agent, in a unit of its own. Should systemd not give it one, stopping the agent must not stop it.
KillMode=process
OOMPolicy=continue
RuntimeDirectory=hyprnode
RuntimeDirectoryPreserve=yes
StateDirectory=hyprnode
StateDirectoryMode=0700
# Of the agent alone: a job is a unit of its own. Nothing here gives it another view of the host's files, see docs/why.
UMask=0077
LimitCORE=0
MemoryMax=1G
TasksMax=1024
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
"""

# Beside the unit, since not every systemd knows it: the token is handed to the service, and is in no environment.
TOKEN = """\
[Service]
LoadCredential=hyprbox.token:/etc/hyprbox/token
Environment=HYPRBOX_NODE_TOKEN_FILE=/run/credentials/hyprnode.service/hyprbox.token
"""
