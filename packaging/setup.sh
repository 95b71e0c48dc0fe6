#!/usr/bin/env bash
# Prepares this clone: a virtual environment from requirements.lock, and the system libraries that Qt loads.
# Says nothing and takes a moment when there is nothing to do. pip's and apt's own configuration is honoured.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$here"
venv="${VENV:-.venv}"
lock="requirements.lock"
stamp="$venv/.bellwether-setup"

say() { printf 'setup: %s\n' "$*" >&2; }

suitable_python() {
    local candidate
    for candidate in ${PYTHON_FOR_VENV:-} python3 python3.11 python3.12 python3.13; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

# Debian's name for each shared library that Qt needs; a real X window needs the second list as well. Tests and pictures
# open such windows on screens of their own (SCREENS=1), for which they need Xvfb.
library_packages() {
    cat <<'LIST'
libEGL.so.1 libegl1
libGL.so.1 libgl1
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libfreetype.so.6 libfreetype6
libglib-2.0.so.0 libglib2.0-0
libxkbcommon.so.0 libxkbcommon0
libX11.so.6 libx11-6
LIST
    if [ -n "${DISPLAY:-}${SCREENS:-}" ]; then
        cat <<'LIST'
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-shape.so.0 libxcb-shape0
LIST
    fi
}

missing_library_packages() {
    [ "$(uname -s)" = Linux ] || return 0
    local ldconfig known library package
    ldconfig="$(PATH="$PATH:/sbin:/usr/sbin" command -v ldconfig || true)"
    [ -n "$ldconfig" ] || return 0
    known="$("$ldconfig" -p)"
    if [ -n "${SCREENS:-}" ] && ! command -v Xvfb >/dev/null 2>&1; then
        printf 'xvfb\n'
    fi
    while read -r library package; do
        case "$known" in
            *"$library"*) ;;
            *) printf '%s\n' "$package" ;;
        esac
    done < <(library_packages)
}

# Installs the packages where the user may; otherwise says the exact command and ends.
need_packages() {
    local as_root=()
    if ! command -v apt-get >/dev/null 2>&1; then
        say "these Debian packages, or what your system calls them, are needed: $*"
        exit 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        else
            say "system packages are missing, and this user may not install them. Run this once, then try again:"
            printf '\n    sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n\n' "$*" >&2
            exit 1
        fi
    fi
    say "installing system packages: $*"
    "${as_root[@]}" apt-get update -q </dev/null >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "$@" </dev/null >&2
}

# A stamp is written last, so with one the environment is whole; without one it may be half made.
has_pip() {
    [ -x "$venv/bin/python" ] && { [ -f "$stamp" ] || "$venv/bin/python" -m pip --version >/dev/null 2>&1; }
}

needed=()
python=""
if ! python="$(suitable_python)"; then
    # Only a system whose own Python fits can be helped by apt; the check after it tells the others.
    needed+=(python3 python3-venv)
elif ! has_pip && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    needed+=(python3-venv)
fi
while read -r package; do
    [ -z "$package" ] || needed+=("$package")
done < <(missing_library_packages)
[ ${#needed[@]} -eq 0 ] || need_packages "${needed[@]}"

if [ -z "$python" ] && ! python="$(suitable_python)"; then
    say "Python 3.11, 3.12 or 3.13 is needed and was not found. Install one, or name it: PYTHON_FOR_VENV=/path/to/python3.11"
    exit 1
fi

want="$("$python" - "$lock" <<'PY'
import hashlib, pathlib, sys
print(hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest())
PY
)"
if [ -x "$venv/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then
    exit 0
fi

if ! has_pip; then
    say "making $venv with $python"
    # Only what is an environment already is cleared: the folder's name may come from outside.
    clear=()
    [ ! -f "$venv/pyvenv.cfg" ] || clear=(--clear)
    "$python" -m venv ${clear[@]+"${clear[@]}"} "$venv"
fi
rm -f "$stamp"
say "installing what $lock names into $venv (a few hundred megabytes the first time)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes --no-deps -r "$lock" </dev/null
# The project itself, in place, for the command `bellwether`; the lock holds what builds it.
if ! answer="$("$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --no-build-isolation --no-deps --no-index -e . </dev/null 2>&1)"; then
    printf '%s\n' "$answer" >&2
    exit 1
fi
printf '%s\n' "$want" >"$stamp"
say "ready"
