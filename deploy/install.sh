#!/bin/sh
# Installs, upgrades or removes smsledger as a systemd service. What it does: deploy/README.md.
set -eu
umask 022

HERE=$(cd "$(dirname "$0")" && pwd)
PROGRAM=/usr/local/bin/smsledger
UNIT=/etc/systemd/system/smsledger.service
SETTINGS=/etc/smsledger/smsledger.env
TOKEN=/etc/smsledger/twilio-auth-token
DATA=/var/lib/smsledger
BASH_COMPLETION=/usr/local/share/bash-completion/completions/smsledger
ZSH_COMPLETION=/usr/local/share/zsh/site-functions/_smsledger
FISH_COMPLETION=/usr/local/share/fish/vendor_completions.d/smsledger.fish
MANUAL=/usr/local/share/man/man1/smsledger.1
READY_TRIES_MAX=150

usage() {
  cat <<EOF
Usage: sudo $0 [options] [PROGRAM]

Installs smsledger as a systemd service and starts it. Run it again to upgrade or to
change one of these settings; everything else stays as it is.

  PROGRAM                 The program to install.
                          [default: the one for this machine, beside deploy/ or in dist/]
  --public-url URL        The public address, as Twilio reaches it, without the
                          webhook's path, such as https://sms.example.com.
  --auth-token-file FILE  A file with the auth token of your Twilio account; - for
                          standard input.
  --uninstall             Remove the service and the program. Settings and data stay.
  --delete-data           With --uninstall: delete settings, database and backups too.
  -h, --help              Show this help.

At a terminal, it asks for the URL and the token if they aren't set. Enter skips a question.
EOF
}

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

wrong_usage() {
  echo "install.sh: $*" >&2
  echo "Add --help to see the usage." >&2
  exit 2
}

# Prints a setting's value in the settings file, without quotes; nothing if it isn't set.
setting() {
  sed -n "s/^$1=//p" "$SETTINGS" 2>/dev/null | tail -n 1 | tr -d "\"'"
}

# Writes a setting in place of its current value, else of its example, else at the end.
set_setting() {
  example="^#$1="
  if grep -q "^$1=" "$SETTINGS"; then example="^$1="; fi
  # The copy gets the file's owner and mode.
  cp -p "$SETTINGS" "$SETTINGS.new"
  example=$example line="$1=$2" awk '
    $0 ~ ENVIRON["example"] { if (!done++) print ENVIRON["line"]; next }
    { print }
    END { if (!done) print ENVIRON["line"] }
  ' "$SETTINGS" >"$SETTINGS.new"
  mv "$SETTINGS.new" "$SETTINGS"
}

find_program() {
  case $(uname -m) in
    x86_64) target=linux-x64 ;;
    aarch64) target=linux-arm64 ;;
    *) target=$(uname -m) ;;
  esac
  for each in "$HERE/../smsledger-$target" "$HERE/../dist/smsledger" \
    "$HERE/../dist/release/smsledger-$target"; do
    if [ -f "$each" ]; then
      echo "$each"
      return
    fi
  done
  fail "There's no smsledger-$target beside deploy/. Download it there, or give the program's path."
}

# Copies the program beside the installed one. Stops if it isn't the one that SHA256SUMS lists,
# or doesn't run on this machine.
stage_program() {
  [ -f "$program" ] || fail "There's no file $program."
  folder=$(dirname "$program")
  name=$(basename "$program")
  if grep -q " $name\$" "$folder/SHA256SUMS" 2>/dev/null; then
    (cd "$folder" && grep " $name\$" SHA256SUMS | sha256sum --check --status) ||
      fail "$program doesn't match SHA256SUMS. Download it again."
  fi
  install -m 755 "$program" "$PROGRAM.new"
  version=$("$PROGRAM.new" version) || fail "$program doesn't run on this machine ($(uname -sm))."
}

# However this ends.
clean_up() {
  rm -f "$PROGRAM.new" "$SETTINGS.new" "$TOKEN.new"
  if [ -t 0 ]; then stty echo; fi
}

ask() {
  if [ ! -t 0 ]; then return; fi
  if [ -z "$public_url" ] && [ -z "$(setting PUBLIC_URL)" ]; then
    printf 'Address that Twilio calls, such as https://sms.example.com: '
    read -r public_url
  fi
  if [ -z "$token_file" ] && ! has_secret && [ ! -s "$TOKEN" ]; then
    stty -echo
    printf 'Auth token of your Twilio account (not shown): '
    read -r token
    stty echo
    echo
    if [ -n "$token" ]; then write_token "$token"; fi
  fi
}

has_auth_token() {
  [ -n "$(setting TWILIO_WEBHOOK_AUTH_TOKEN)$(setting TWILIO_WEBHOOK_AUTH_TOKEN_FILE)" ]
}

# Whether callbacks can be verified.
has_secret() {
  has_auth_token ||
    [ -n "$(setting TWILIO_WEBHOOK_SHARED_KEYS)$(setting TWILIO_WEBHOOK_SHARED_KEYS_FILE)" ]
}

# Readable by root and the service, from its first byte on.
write_token() {
  install -m 640 -g "$group" /dev/null "$TOKEN.new"
  printf '%s\n' "$1" >"$TOKEN.new"
  mv "$TOKEN.new" "$TOKEN"
  set_setting TWILIO_WEBHOOK_AUTH_TOKEN_FILE "$TOKEN"
}

write_settings() {
  install -d -m 755 /etc/smsledger
  [ -e "$SETTINGS" ] || install -m 600 "$HERE/smsledger.env" "$SETTINGS"
  ask
  if [ -n "$public_url" ]; then
    env -i "$PROGRAM.new" config --public-url "$public_url" >/dev/null || fail "Give another URL."
    set_setting PUBLIC_URL "$public_url"
  fi
  if [ -n "$token_file" ]; then
    if [ -n "$(setting TWILIO_WEBHOOK_AUTH_TOKEN)" ]; then
      fail "TWILIO_WEBHOOK_AUTH_TOKEN is set in $SETTINGS. Remove it to use a file."
    fi
    write_token "$(cat -- "$token_file")"
  fi
  # An earlier version's unit handed the service a copy of a file that only root could read.
  if [ -s "$TOKEN" ] && ! has_auth_token; then
    chgrp "$group" "$TOKEN"
    chmod 640 "$TOKEN"
    set_setting TWILIO_WEBHOOK_AUTH_TOKEN_FILE "$TOKEN"
  fi
}

write_files() {
  # A running program can't be overwritten, but it can be replaced.
  mv "$PROGRAM.new" "$PROGRAM"
  install -m 644 "$HERE/smsledger.service" "$UNIT"
  for each in "$BASH_COMPLETION" "$ZSH_COMPLETION" "$FISH_COMPLETION" "$MANUAL"; do
    mkdir -p "$(dirname "$each")"
  done
  "$PROGRAM" completions bash >"$BASH_COMPLETION"
  "$PROGRAM" completions zsh >"$ZSH_COMPLETION"
  "$PROGRAM" completions fish >"$FISH_COMPLETION"
  "$PROGRAM" man >"$MANUAL"
}

is_systemd_running() {
  [ -d /run/systemd/system ]
}

start() {
  systemctl --quiet enable smsledger
  if ! is_systemd_running; then
    echo "systemd isn't running here, so the service isn't started. It starts at the next boot."
    return
  fi
  systemctl daemon-reload
  systemctl restart smsledger || not_ready
  tries=0
  until is_ready; do
    if [ $tries -ge $READY_TRIES_MAX ] || systemctl --quiet is-failed smsledger; then not_ready; fi
    sleep 0.2
    tries=$((tries + 1))
  done
  echo "The service is ready."
}

not_ready() {
  journalctl --unit smsledger --output cat --lines 5 --no-pager >&2
  fail "The service isn't ready; the last lines of its log are above. Follow it: journalctl -fu smsledger"
}

is_ready() {
  HOST=$(setting HOST) PORT=$(setting PORT) "$PROGRAM" healthcheck 2>/dev/null
}

# Prints the link to create the first admin, if there's no user yet.
setup_link() {
  if ! is_systemd_running; then return; fi
  journalctl --sync
  journalctl "_SYSTEMD_INVOCATION_ID=$(systemctl show --property InvocationID --value smsledger)" \
    --output cat --no-pager 2>/dev/null | grep -o 'https\{0,1\}://[^" ]*/setup?code=[^" ]*' | tail -n 1
}

say_what_is_next() {
  link=$(setup_link)
  if [ -n "$link" ]; then echo "Create the first admin: $link"; fi
  if [ -z "$(setting PUBLIC_URL)" ]; then
    echo "Set the address that Twilio calls: sudo $0 --public-url https://sms.example.com"
  fi
  if ! has_secret; then
    echo "Set the auth token, or callbacks are answered 503: sudo $0 --auth-token-file FILE"
  fi
}

install_smsledger() {
  if [ -z "$program" ]; then program=$(find_program); fi
  stage_program
  id smsledger >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir "$DATA" --shell /usr/sbin/nologin smsledger
  group=$(id -gn smsledger)
  # What's in it belongs to the service, so root leaves that to systemd.
  install -d -m 700 -o smsledger -g "$group" "$DATA"
  write_settings
  write_files
  echo "Installed smsledger $version."
  start
  say_what_is_next
}

uninstall_smsledger() {
  if [ -e "$UNIT" ]; then systemctl --quiet disable smsledger; fi
  if is_systemd_running; then systemctl --quiet stop smsledger 2>/dev/null || true; fi
  rm -f "$UNIT" "$PROGRAM" "$BASH_COMPLETION" "$ZSH_COMPLETION" "$FISH_COMPLETION" "$MANUAL"
  if is_systemd_running; then
    systemctl daemon-reload
    systemctl reset-failed smsledger 2>/dev/null || true
  fi
  if [ "$deletes_data" = yes ]; then
    rm -rf /etc/smsledger "$DATA" "$UNIT.d"
    if id smsledger >/dev/null 2>&1; then userdel smsledger; fi
    echo "Removed smsledger, its settings and its data."
  else
    echo "Removed smsledger. Settings are still in /etc/smsledger, and data in $DATA."
    echo "To delete them too: sudo $0 --uninstall --delete-data"
  fi
}

program="" public_url="" token_file="" uninstalls=no deletes_data=no
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --public-url | --auth-token-file)
      [ $# -ge 2 ] || wrong_usage "$1 needs a value."
      if [ "$1" = --public-url ]; then public_url=$2; else token_file=$2; fi
      shift
      ;;
    --uninstall) uninstalls=yes ;;
    --delete-data) deletes_data=yes ;;
    -*) wrong_usage "unknown option $1" ;;
    *)
      [ -z "$program" ] || wrong_usage "give one program"
      program=$1
      ;;
  esac
  shift
done
if [ "$deletes_data" = yes ] && [ "$uninstalls" = no ]; then
  wrong_usage "--delete-data only works with --uninstall"
fi

[ "$(id -u)" = 0 ] || fail "Only root can do this. Run: sudo $0"
command -v systemctl >/dev/null || fail "This machine has no systemd. Run the program with another service manager."
# A removed package has settings that dpkg deletes when it's purged.
if dpkg-query --show --showformat='${Status}' smsledger 2>/dev/null |
  grep -q ' \(installed\|config-files\)$'; then
  fail "smsledger is a Debian package here. Use apt to install, upgrade or remove it."
fi

trap clean_up EXIT
trap 'exit 130' INT TERM
if [ "$uninstalls" = yes ]; then uninstall_smsledger; else install_smsledger; fi
