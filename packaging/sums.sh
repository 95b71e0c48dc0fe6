#!/usr/bin/env bash
# Writes the SHA-256 sums of the files in dist/ (or FOLDER) into its SHA256SUMS.
set -euo pipefail
cd "${1:-"$(dirname "${BASH_SOURCE[0]}")/../dist"}"
rm -f SHA256SUMS
sums="$(find . -maxdepth 1 -type f | LC_ALL=C sort | sed 's#^\./##' | xargs -d '\n' sha256sum)"
printf '%s\n' "$sums" | tee SHA256SUMS
