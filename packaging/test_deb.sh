#!/usr/bin/env bash
# Installs the package of dist/ in a Debian of its own, and does there what IT does: test, open the window, upgrade, purge.
#
#     sudo packaging/test_deb.sh [FOLDER]     the Debian is made in FOLDER (default: build/debian) by debootstrap
#
# Leaves build/deb-window.png: the window as it stands on a screen of that Debian.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root="${1:-build/debian}"
package="$(ls -t dist/bellwether_*.deb | head -n 1)"
say() { printf 'test_deb: %s\n' "$*"; }
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
in_there() { [ -e "$root/$1" ] || { say "$1 is missing"; exit 1; }; }
gone() { [ ! -e "$root/$1" ] || { say "$1 was left behind"; exit 1; }; }

[ -x "$root/usr/bin/apt-get" ] || debootstrap --variant=minbase bookworm "$root"
for place in proc dev dev/pts; do
    mountpoint -q "$root/$place" || mount --bind "/$place" "$root/$place"
done
trap 'umount "$root/proc" "$root/dev/pts" "$root/dev"' EXIT
cp /etc/resolv.conf "$root/etc/resolv.conf"
inside apt-get update -q >/dev/null
inside apt-get purge -y -q bellwether >/dev/null 2>&1 || true
cp "$package" "$root/tmp/bellwether.deb"

say "an older package first"
old=build/deb-old
rm -rf "$old"
dpkg-deb -R "$package" "$old"
sed -i 's/^Version: .*/Version: 0.0.9/' "$old/DEBIAN/control"
dpkg-deb --root-owner-group -Znone --build "$old" "$root/tmp/old.deb" >/dev/null
rm -rf "$old"
inside apt-get install -y -q --no-install-recommends /tmp/old.deb >/dev/null
rm "$root/tmp/old.deb"
inside bellwether demo --customers 60 --no-window --store /root/book.bellwether >/dev/null 2>&1
before="$(inside bellwether verify --store /root/book.bellwether | tail -n 1)"
echo '# kept' >>"$root/etc/xdg/bellwether/policy.toml"

say "the upgrade keeps the book and IT's file"
inside apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold /tmp/bellwether.deb >/dev/null
[ "$(inside bellwether verify --store /root/book.bellwether | tail -n 1)" = "$before" ]
grep -q '^# kept' "$root/etc/xdg/bellwether/policy.toml"
for file in usr/share/applications/bellwether.desktop usr/share/mime/packages/bellwether.xml \
    usr/share/man/man1/bellwether.1.gz usr/lib/bellwether/licences/Qt.txt; do
    in_there "$file"
done

say "the self-test, without a network"
unshare -n chroot "$root" env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 bellwether --self-test | tail -n 1

say "the window on a screen"
inside apt-get install -y -q --no-install-recommends xvfb xauth imagemagick desktop-file-utils appstream >/dev/null
inside desktop-file-validate /usr/share/applications/bellwether.desktop
inside appstreamcli validate --no-net /usr/share/metainfo/bellwether.metainfo.xml || true
inside xvfb-run -s '-screen 0 1366x768x24' sh -c \
    'bellwether /root/book.bellwether & program=$!; sleep 20; import -window root /tmp/window.png; kill $program; wait $program || true'
cp "$root/tmp/window.png" build/deb-window.png

say "purge leaves data only"
inside apt-get purge -y -q bellwether >/dev/null
gone usr/lib/bellwether
gone usr/bin/bellwether
gone etc/xdg/bellwether/policy.toml
in_there root/book.bellwether
say "passed: $package, window in build/deb-window.png"
