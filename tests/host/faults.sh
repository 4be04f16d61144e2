#!/bin/bash
# shellcheck disable=SC2016 # what others expand
# What an administrator would want to know, done to a Debian 12. `#: SEVERITY type key` is what is found for it.
set -euo pipefail

# -- certificates; HYPRBOX_TLS_PATHS is /etc/ssl/site/*.pem
mkdir -p /etc/ssl/site /root/ca && cd /etc/ssl/site
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=/root/ca/index\nrand_serial=yes\npolicy=p\n[p]\ncommonName=supplied\n' >/root/ca/cnf
touch /root/ca/index
CURVE=(-newkey ec -pkeyopt ec_paramgen_curve:P-256) # a key in a twentieth of the time that one for RSA takes
own() { openssl req -x509 -nodes "${@:4}" -keyout "$1.key" -out "$1.pem" -days "$2" -subj "/CN=$3" 2>/dev/null && chmod 600 "$1.key"; }
from_to() {
  openssl req -new -nodes "${CURVE[@]}" -keyout "$1.key" -out /root/ca/csr -subj "/CN=$1.example" 2>/dev/null
  openssl ca -batch -notext -selfsign -config /root/ca/cnf -md sha256 -keyfile "$1.key" -in /root/ca/csr -out "$1.pem" \
    -startdate "$2" -enddate "$3" -outdir /root/ca 2>/dev/null
  chmod 600 "$1.key"
}
#: CRITICAL tls.expiring /etc/ssl/site/soon.pem
own soon 5 soon.example "${CURVE[@]}"
#: WARN tls.expiring /etc/ssl/site/month.pem
own month 20 month.example "${CURVE[@]}"
#: CRITICAL tls.expiring /etc/ssl/site/expired.pem
from_to expired 20240101000000Z 20250101000000Z
#: CRITICAL tls.not_yet_valid /etc/ssl/site/early.pem
from_to early 20390101000000Z 20400101000000Z
#: CRITICAL tls.key_mismatch /etc/ssl/site/mixed.pem
own mixed 300 mixed.example "${CURVE[@]}" && cp soon.key mixed.key
#: CRITICAL tls.key_exposed /etc/ssl/site/shown.key
own shown 300 shown.example "${CURVE[@]}" && chmod 644 shown.key
#: WARN tls.weak /etc/ssl/site/weak.pem
own weak 300 weak.example -newkey rsa:1024
#: INFO tls.unreadable /etc/ssl/site/nonsense.pem
echo nonsense >nonsense.pem
#: WARN tls.renewal_inactive certbot
mkdir -p /etc/letsencrypt/renewal && echo 'version = 2' >/etc/letsencrypt/renewal/site.example.conf
# decoys: a good one with a key that its group may read, and the chain of an authority
own good 300 good.example -newkey rsa:2048 && chmod 640 good.key

# -- packages
#: CRITICAL updates.security apt
security=$(echo /var/lib/apt/lists/*security*_Packages)
arch=$(dpkg --print-architecture)
printf 'Package: %s\nVersion: 99\nArchitecture: '"$arch"'\n\n' openssl nginx-common >"$security"
sed -i '/^Package: nginx-common/,/^$/s/^Architecture: .*/Architecture: all/' "$security"
#: WARN updates.held nginx-common
echo nginx-common hold | dpkg --set-selections
#: INFO updates.auto_disabled apt
echo 'APT::Periodic::Unattended-Upgrade "0";' >/etc/apt/apt.conf.d/99-theirs
#: CRITICAL packages.broken dpkg
sed -i '/^Package: curl$/,/^$/s/^Status: .*/Status: install ok half-configured/' /var/lib/dpkg/status
#: WARN package.eol postgresql-11
cat >>/var/lib/dpkg/status <<END
Package: postgresql-11
Status: install ok installed
Architecture: $arch
Maintainer: nobody
Version: 11.22-1.pgdg120+1
Description: of a foreign archive

END
touch /var/lib/dpkg/info/postgresql-11.{list,md5sums}
printf 'Origin: apt.postgresql.org\n' >/var/lib/apt/lists/pgdg_dists_x_Release
printf 'Package: postgresql-11\nVersion: 11.22-1.pgdg120+1\nArchitecture: %s\n\n' "$arch" >/var/lib/apt/lists/pgdg_dists_x_main_Packages
#: CRITICAL updates.stale_lists apt
touch -d '40 days ago' /var/lib/apt/lists /var/lib/apt/lists/partial
rm -f /var/cache/apt/pkgcache.bin /var/lib/apt/periodic/update-success-stamp

# -- services
cat >/srv/listen.py <<'END'
import socket, sys, time
family = socket.AF_INET6 if sys.argv[1] == "::" else socket.AF_INET
listening = socket.create_server((sys.argv[1], int(sys.argv[2])), family=family, dualstack_ipv6=sys.argv[1] == "::")
time.sleep(100000)
END
LISTEN='-IS /srv/listen.py'
unit() { printf '[Service]\n%b\n' "$2" >"/etc/systemd/system/$1"; }
#: WARN systemd.failed once.service
unit once.service 'ExecStart=/bin/bash -c "[ -e /run/repaired ] && exec sleep 1000"'
#: CRITICAL systemd.failed postgresql.service
unit postgresql.service 'Type=oneshot\nExecStart=/bin/false'
#: WARN systemd.flapping again.service
unit again.service 'ExecStart=/bin/bash -c "echo >>/run/again; [ $(wc -l </run/again) -gt 6 ] && exec sleep 1000"\nRestart=always\nRestartSec=50ms\n[Unit]\nStartLimitIntervalSec=0'
#: INFO service.stale_libs stale.service
cp /bin/sleep /usr/local/bin/mine
unit stale.service 'Type=exec\nExecStart=/usr/local/bin/mine 1000' # exec: it runs before the next line replaces it
#: CRITICAL port.exposed tcp/6379
unit redis.service "ExecStart=/usr/bin/python3 $LISTEN :: 6379"
#: WARN port.exposed tcp/5432
unit database.service "ExecStart=/usr/bin/python3 $LISTEN :: 5432"
#: CRITICAL port.exposed tcp/23
unit telnet.service "ExecStart=/usr/bin/python3 $LISTEN :: 23"
# decoy: what only this machine reaches
unit inside.service "ExecStart=/usr/bin/python3 $LISTEN 127.0.0.1 11211"
#: CRITICAL docker.tcp_open tcp/2375
cp /usr/bin/python3 /usr/local/bin/dockerd
unit docker.service "ExecStart=/usr/local/bin/dockerd $LISTEN :: 2375"
#: CRITICAL docker.socket_open /run/docker.sock
python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('/run/docker.sock')" && chmod 666 /run/docker.sock
systemctl daemon-reload
systemctl start once postgresql again stale redis database telnet inside docker || true
cp /bin/sleep /usr/local/bin/other && mv /usr/local/bin/other /usr/local/bin/mine
#: INFO docker.group docker
groupadd -r docker

# -- accounts
people() { useradd -m -s /bin/bash "$1"; }
for name in ada bo carl dora emil; do people "$name"; done
gpasswd -a ada docker >/dev/null
#: CRITICAL account.uid0 toor
echo 'toor:*:0:0::/root:/bin/bash' >>/etc/passwd
#: CRITICAL account.empty_password ada
passwd -d ada >/dev/null
#: WARN account.weak_hash bo
# shellcheck disable=SC2016 # a hash
usermod -p '$1$salt$abcdefghijklmnopqrstu0' bo
#: WARN account.inconsistent ghost
echo 'ghost:*:19000:0:99999:7:::' >>/etc/shadow
#: WARN account.sudo_nopasswd dora@80-theirs
printf 'dora ALL=(ALL) NOPASSWD: ALL\ncarl ALL=(root) NOPASSWD: /bin/ls\n' >/etc/sudoers.d/80-theirs
echo dora:secret | chpasswd
#: WARN account.sudo_nopasswd %docker@90-cloud-init-users
echo '%docker ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-cloud-init-users
#: CRITICAL account.sudoers_writable /etc/sudoers.d/80-theirs
chmod 0446 /etc/sudoers.d/80-theirs
keys() { install -d -m 700 -o "$1" -g "$1" "/home/$1/.ssh" && install -m "$2" -o "$1" -g "$1" /dev/stdin "/home/$1/.ssh/authorized_keys"; }
#: WARN account.weak_key /home/carl/.ssh/authorized_keys
ssh-keygen -q -t rsa -b 1024 -N '' -f /root/weak && keys carl 600 </root/weak.pub
#: WARN account.keys_writable /home/dora/.ssh/authorized_keys
ssh-keygen -q -t ed25519 -N '' -f /root/key && keys dora 666 </root/key.pub
install -D -m 600 /root/key.pub /root/.ssh/authorized_keys
#: WARN auth.bruteforce ssh
python3 - >>/var/log/btmp <<'END'
import struct, sys, time
for n in range(300):
    line = struct.pack("<hxxi32s4s32s256shhiii16s20x", 6, 1, b"ssh", b"", b"admin", b"198.51.100.%d" % (n % 7), 0, 0, 0, int(time.time()), 0, b"")
    sys.stdout.buffer.write(line)
END

# -- modes
#: CRITICAL perm.loose /etc/shadow
chmod 0644 /etc/shadow
#: CRITICAL perm.loose /etc/crontab
chmod 0666 /etc/crontab
#: WARN perm.loose /etc/cron.d
chmod 0775 /etc/cron.d
#: CRITICAL perm.sticky /var/tmp
chmod 0777 /var/tmp
#: CRITICAL perm.world_writable /etc/cron.daily/theirs
install -m 0777 /dev/null /etc/cron.daily/theirs
#: WARN perm.home /home/emil
chmod 0777 /home/emil

# -- sshd and the firewall
#: CRITICAL ssh.root_login sshd
#: WARN ssh.password_auth sshd
#: CRITICAL ssh.empty_passwords sshd
#: INFO ssh.lax sshd
#: WARN ssh.weak_crypto sshd
cat >/etc/ssh/sshd_config.d/50-theirs.conf <<'END'
PermitRootLogin yes
PasswordAuthentication yes
PermitEmptyPasswords yes
MaxAuthTries 50
Ciphers aes256-ctr,aes128-cbc,3des-cbc
END
systemctl reload ssh
#: WARN firewall.inactive input
#: CRITICAL firewall.configured_not_loaded ufw
sed -i 's/^ENABLED=.*/ENABLED=yes/' /etc/ufw/ufw.conf

# -- backups; HYPRBOX_BACKUPS is /backup/*.sql@24:/backup/*.tar@24:/backup/*.zip@24
#: CRITICAL backup.missing /backup/*.sql
mkdir /backup
#: CRITICAL backup.stale /backup/*.tar
touch -d '9 days ago' /backup/old.tar
#: WARN backup.shrunk /backup/*.zip
head -c 100000 /dev/zero >/backup/1.zip && touch -d '20 hours ago' /backup/1.zip
head -c 100 /dev/zero >/backup/2.zip && touch -d '2 hours ago' /backup/2.zip

# -- the agent and the system itself
#: CRITICAL agent.token_exposed /etc/hyprbox/token
install -D -m 644 /dev/null /etc/hyprbox/token
#: CRITICAL agent.plain_http HYPRBOX_API_URL
#: WARN distro.eol debian
# it has run for a moment now, after it was started again and again
until [ "$(systemctl show --value -p NRestarts again)" -ge 6 ]; do sleep 0.1; done
