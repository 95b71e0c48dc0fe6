#!/usr/bin/env bash
# Compiles the installers for Windows from a bundle that was built there, on Windows or elsewhere.
#
#     packaging/windows/installers.sh nsis|msi [FOLDER]      FOLDER is the bundle (default: dist/bellwether)
#
# Needs makensis (Debian: nsis) or wixl (Debian: wixl). With OUT the installer goes there instead of into dist/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
kind="$1"
payload="$(cd "${2:-dist/bellwether}" 2>/dev/null && pwd || true)"
out="$(mkdir -p "${OUT:-dist}" && cd "${OUT:-dist}" && pwd)"
venv="${VENV:-.venv}"
python="$venv/bin/python"
[ -x "$python" ] || python="$venv/Scripts/python"
for program in bellwether.exe bellwetherw.exe; do
    [ -n "$payload" ] && [ -f "$payload/$program" ] || {
        echo "installers: ${2:-dist/bellwether} has no $program; build the bundle on Windows first (make bundle)." >&2
        exit 1
    }
done
version="$("$python" -c 'import app; print(app.__version__)')"
build="$(mktemp -d)"
native() { if command -v cygpath >/dev/null; then cygpath -w "$1"; else printf '%s' "$1"; fi; }
trap 'rm -rf "$build"' EXIT
"$python" packaging/icon.py "$build/bellwether.ico"

case "$kind" in
nsis)
    makensis -V2 -WX "-DVERSION=$version" "-DPAYLOAD=$(native "$payload")" \
        "-DICON=$(native "$build/bellwether.ico")" "-DOUT=$(native "$out/bellwether-$version-setup.exe")" \
        packaging/windows/bellwether.nsi
    ;;
msi)
    # wixl takes paths from where it runs only.
    ln -s "$payload" "$build/payload"
    cp packaging/windows/bellwether.wxs "$build/"
    cd "$build"
    find payload/ -type f | LC_ALL=C sort | wixl-heat --prefix payload/ --component-group Program --directory-ref INSTALLDIR \
        --var var.Payload --win64 >files.wxs
    wixl --arch x64 --define Win64=yes --define "Version=$version" --define Payload=payload --define Icon=bellwether.ico \
        --output "$out/bellwether-$version.msi" bellwether.wxs files.wxs
    ;;
*)
    echo "installers: nsis or msi" >&2
    exit 2
    ;;
esac
