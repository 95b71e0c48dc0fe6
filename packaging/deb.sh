#!/usr/bin/env bash
# Makes a Debian package of the bundle in dist/: the program, its desktop entry, icons, file type, man page and IT's file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 022
bundle=dist/bellwether
tree=build/deb
desktop=packaging/desktop
[ -x "$bundle/bellwether" ] || { echo "deb: there is no bundle yet; run make bundle first." >&2; exit 1; }

version="$("$bundle/bellwether" --version | cut -d ' ' -f 2)"
architecture="$(dpkg --print-architecture)"
# The newest symbol of the C library that a part of the bundle asks for decides how old the system may be.
libc="$(find "$bundle" -name '*.so*' -type f -exec grep -aohE 'GLIBC_2\.[0-9]+' {} + | sort -Vu | tail -n 1 | cut -d _ -f 2)"
day="$(date -u -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" +%F)"

fill() { # FILE TARGET: with the version, the day and so on in their places
    sed -e "s/@VERSION@/$version/" -e "s/@DATE@/$day/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@LIBC@/$libc/" \
        -e "s/@SIZE@/$(du -sk "$tree/usr" | cut -f 1)/" "$1" >"$2"
}

rm -rf "$tree"
share="$tree/usr/share"
mkdir -p "$tree/DEBIAN" "$tree/usr/lib" "$tree/usr/bin" "$tree/etc/xdg/bellwether" "$share/applications" "$share/metainfo" \
    "$share/mime/packages" "$share/man/man1" "$share/doc/bellwether" \
    "$share/icons/hicolor/scalable/apps" "$share/icons/hicolor/scalable/mimetypes"
cp -a "$bundle" "$tree/usr/lib/"
ln -s ../lib/bellwether/bellwether "$tree/usr/bin/bellwether"
cp "$desktop/bellwether.desktop" "$share/applications/"
cp "$desktop/bellwether.svg" "$share/icons/hicolor/scalable/apps/"
cp "$desktop/bellwether-book.svg" "$share/icons/hicolor/scalable/mimetypes/"
cp "$desktop/bellwether-book.xml" "$share/mime/packages/bellwether.xml"
fill "$desktop/bellwether.metainfo.xml" "$share/metainfo/bellwether.metainfo.xml"
cp packaging/debian/policy.toml "$tree/etc/xdg/bellwether/policy.toml"
cp packaging/debian/copyright docs/policy-reference.md packaging/policy/bellwether-policy.schema.json "$share/doc/bellwether/"
gzip -9nc CHANGELOG.md >"$share/doc/bellwether/changelog.gz"
"${VENV:-.venv}/bin/python" packaging/man_page.py | gzip -9n >"$share/man/man1/bellwether.1.gz"
fill packaging/debian/control "$tree/DEBIAN/control"
echo /etc/xdg/bellwether/policy.toml >"$tree/DEBIAN/conffiles"
(cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
chmod -R u=rwX,go=rX "$tree"
dpkg-deb --root-owner-group -Zxz --build "$tree" "dist/bellwether_${version}_${architecture}.deb"
