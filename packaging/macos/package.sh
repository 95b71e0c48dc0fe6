#!/usr/bin/env bash
# Makes the package for macOS of the bundle in dist/: Bellwether.app in /Applications, `bellwether` in /usr/local/bin.
#
# Signed where MACOS_APPLICATION and MACOS_INSTALLER name identities of the keychain, notarised where NOTARY_PROFILE names
# a profile that `xcrun notarytool store-credentials` kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
app=dist/Bellwether.app
[ -d "$app" ] || { echo "pkg: there is no $app; run make bundle on a Mac first." >&2; exit 1; }
version="$("$app/Contents/MacOS/bellwether" --version | cut -d ' ' -f 2)"
package="dist/bellwether-$version-$(uname -m).pkg"
root="$(mktemp -d)"
trap 'rm -rf "$root"' EXIT

cp -R dist/bellwether/licences "$app/Contents/Resources/"
if [ -n "${MACOS_APPLICATION:-}" ]; then
    # The hardened runtime refuses libraries of others; Python's and Qt's are signed here with the program.
    codesign --force --deep --options runtime --timestamp --sign "$MACOS_APPLICATION" "$app"
    codesign --verify --deep --strict "$app"
fi
mkdir -p "$root/Applications" "$root/usr/local/bin"
cp -R "$app" "$root/Applications/"
ln -s /Applications/Bellwether.app/Contents/MacOS/bellwether "$root/usr/local/bin/bellwether"
sign=()
[ -z "${MACOS_INSTALLER:-}" ] || sign=(--sign "$MACOS_INSTALLER")
pkgbuild --root "$root" --identifier org.bellwether.Bellwether --version "$version" --install-location / \
    ${sign[@]+"${sign[@]}"} "$package"
if [ -n "${NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$package" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$package"
fi
