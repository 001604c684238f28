# bin/qpsmtpd --attach: hands the client's connection, standard input, to the server that runs
# here, over its Unix-domain socket. Read by bin/qpsmtpd, which has set "socket" and "home", and
# keeps everything but standard input from the client.
#   QPSMTPD_ATTACH   the server's socket; else the only one in var/ of this distribution
# shellcheck shell=sh

# A client that waits for a greeting is told to come again.
sorry() {
    printf '421 4.3.2 Service not available, try again later\r\n' >&0
    fail "$1"
}

# Whether a process is a server: another may have the number of one that was killed.
is_server() {
    line=
    read -r line 2>/dev/null <"/proc/$1/cmdline"
    case $line in
    *-Dorg.qpsmtpd.home=*) return 0 ;;
    *) return 1 ;;
    esac
}

# Sets "path". A socket is left behind by a server that was killed, until the next start.
find_server() {
    path=${QPSMTPD_ATTACH:-}
    if [ -z "$path" ]; then
        for candidate in "$home"/var/attach-*.sock; do
            pid=${candidate##*/attach-}
            { [ -S "$candidate" ] && is_server "${pid%.sock}"; } || continue
            [ -z "$path" ] || sorry "several servers run in $home/var: name the socket of one with QPSMTPD_ATTACH"
            path=$candidate
        done
        [ -n "$path" ] || sorry "no server runs in $home/var: start bin/qpsmtpd-prefork, or name its socket with QPSMTPD_ATTACH"
    fi
    [ -S "$path" ] || sorry "no server at $path: start bin/qpsmtpd-prefork with the same QPSMTPD_ATTACH"
    # Whoever owns the socket reads the mail, and whoever can change its folder could exchange it.
    { [ ! -L "$path" ] && [ -O "$path" ]; } || sorry "$path belongs to another user: run this as the server's user"
    folder=.
    case $path in
    */*) folder=${path%/*}/ ;;
    esac
    why=$(stranger "${folder%/}")
    [ -z "$why" ] || sorry "$path could be exchanged by others: $why: name another path with QPSMTPD_ATTACH, to the server, too"
    case ${path##*/} in
    *[!A-Za-z0-9._-]*) sorry "$path: the name of a socket may have letters, digits, dots, dashes and underlines" ;;
    esac
}

# Turns the octets of each 32-bit number around: "0100007F" is 127.0.0.1 in the kernel's tables.
turn() {
    left=$1
    while [ -n "$left" ]; do
        rest=${left#????????}
        word=${left%"$rest"}
        last=${word#??????}
        word=${word%??}
        third=${word#????}
        first=${word%????}
        second=${word#??}
        second=${second%??}
        turned=$turned$last$third$second$first
        left=$rest
    done
}

# Looks the socket up; sets "ends", source and destination addresses and ports as hexadecimal text.
find_ends() {
    inode=$(readlink /proc/self/fd/0)
    inode=${inode#socket:?}
    inode=${inode%?}
    # Each takes the kernel milliseconds, so the second is read only when it must.
    row=$(grep -s " $inode " /proc/net/tcp) || row=$(grep -s " $inode " /proc/net/tcp6) || row=
    while read -r _ local remote state _ _ _ _ _ number _; do
        [ "$number" = "$inode" ] && break
    done <<TEXT
$row
TEXT
    # 0A listens; one that the client has left has no address any longer.
    { [ "${number:-}" = "$inode" ] && [ "$state" != 0A ]; } || sorry "standard input is no TCP connection, or its client has gone"
    turned=
    turn "${remote%:*}${local%:*}"
    case $turned in
    00000000000000000000FFFF*)
        rest=${turned#????????????????????????????????}
        turned=${turned#????????????????????????}
        turned=${turned%"$rest"}${rest#????????????????????????}
        ;;
    esac
    ends=$turned${remote#*:}${local#*:}
}

if [ -z "$socket" ]; then
    fail "standard input is no TCP connection: start this from inetd, xinetd or tcpserver"
fi
command -v socat >/dev/null || sorry "socat is missing: install it (Debian: apt-get install socat)"
LC_ALL=C # counts octets
find_server

ends=000000000000000000000000
[ -n "${TCPREMOTEIP:-}" ] && [ -n "${TCPLOCALIP:-}" ] || find_ends

# The address block, and the variables that are set: three octets and "=" for each besides.
length=$((${#ends} / 2))
for name in TCPREMOTEIP TCPREMOTEPORT TCPREMOTEHOST TCPREMOTEINFO TCPLOCALIP TCPLOCALPORT RELAYCLIENT RBLSMTPD WHITELISTCLIENT; do
    eval "[ -z \"\${$name+set}\" ] || length=\$((length + \${#$name} + ${#name} + 4))"
done
[ "$length" -le 4096 ] || sorry "the variables of tcpserver have $length octets, which is too much"

# socat connects, then becomes lib/attach-relay.sh, which tells that it did: from there on only the
# server talks to the client.
QPSMTPD_ATTACH_ENDS=$ends
QPSMTPD_ATTACH_LENGTH=$length
export QPSMTPD_ATTACH_ENDS QPSMTPD_ATTACH_LENGTH LC_ALL
connected=
trap 'connected=yes' USR1
exec 5<&0 6<"$home/lib/attach-relay.sh"
cd "$folder" || sorry "$folder cannot be entered"
socat "UNIX-CONNECT:${path##*/}" "EXEC:sh /proc/self/fd/6,nofork" 0</dev/null 2>/dev/null
[ -n "$connected" ] || sorry "no server answers at $path: start bin/qpsmtpd-prefork"
exit 0
