#!/usr/bin/env bash
# Builds the bundle in an environment that holds nothing but what the program needs, tests it, and says how big it is.
#
#     packaging/bundle.sh            into dist/: the folder `bellwether`, its archive, bill of materials and sums
#
# The environment of the project ($VENV) must be there: it knows which packages those are (see parts.py).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv="${VENV:-.venv}"
clean=build/bundle-env
scripts=bin
[ -d "$venv/bin" ] || scripts=Scripts # Windows
out=dist
bundle="$out/bellwether"
# What IT pushes to many laptops may not grow unnoticed: megabytes, unpacked and packed.
unpacked_at_most=430
packed_at_most=150

say() { printf 'bundle: %s\n' "$*"; }

mkdir -p build
"$venv/$scripts/python" packaging/parts.py lock package >build/bundle.lock
sum="$(sha256sum build/bundle.lock | cut -d ' ' -f 1)"
if [ ! -f "$clean/whole-$sum" ]; then
    say "making $clean with what the program needs and nothing else"
    rm -rf "$clean"
    "$venv/$scripts/python" -m venv "$clean"
    "$clean/$scripts/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --no-deps -r build/bundle.lock </dev/null
    "$clean/$scripts/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --no-build-isolation --no-deps --no-index -e . </dev/null
    touch "$clean/whole-$sum"
fi
case "$(uname -s)" in
Darwin) "$venv/$scripts/python" packaging/icon.py build/bellwether.icns ;;
MINGW* | MSYS*) "$venv/$scripts/python" packaging/icon.py build/bellwether.ico ;;
esac
rm -rf "$bundle"
"$clean/$scripts/python" -m PyInstaller --noconfirm --log-level WARN --distpath "$out" --workpath build/pyinstaller \
    packaging/bellwether.spec
"$venv/$scripts/python" packaging/parts.py licences "$bundle/licences"
"$venv/$scripts/python" packaging/parts.py sbom "$out/bellwether.cdx.json"

"$bundle/bellwether" --self-test

version="$("$bundle/bellwether" --version | cut -d ' ' -f 2)"
archive="$out/bellwether-$version-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m).tar.xz"
tar -C "$out" -c --owner=0 --group=0 --sort=name bellwether | xz -6 -T 2 >"$archive"
packaging/sums.sh "$out" >/dev/null
unpacked="$(du -sm "$bundle" | cut -f 1)"
packed="$(du -m "$archive" | cut -f 1)"
say "$unpacked MB unpacked, $packed MB packed: $archive"
if [ "$unpacked" -gt "$unpacked_at_most" ] || [ "$packed" -gt "$packed_at_most" ]; then
    say "that is more than $unpacked_at_most and $packed_at_most MB"
    exit 1
fi
