# The second half of lib/attach.sh. Standard input and output are the server's socket, descriptor 5
# is the client's connection. Sends the PROXY header, version 2, then becomes what relays.
# shellcheck shell=sh

# Seconds that the other side has for its last words after one has closed: what a hook may take.
last_words=300

kill -USR1 "$PPID"

# Appends the octets of a hexadecimal text to "header", as printf reads them.
octets() {
    left=$1
    while [ -n "$left" ]; do
        rest=${left#??}
        number=$((0x${left%"$rest"}))
        header="$header\\$((number / 64))$((number / 8 % 8))$((number % 8))"
        left=$rest
    done
}

# Appends a number as two octets.
length() {
    header="$header\\$(($1 / 16384))$(($1 / 2048 % 8))$(($1 / 256 % 8))\\$(($1 / 64 % 4))$(($1 / 8 % 8))$(($1 % 8))"
}

ends=$QPSMTPD_ATTACH_ENDS
header=
octets 0D0A0D0A000D0A515549540A21
# TCP over IPv4 has 12 octets of ends, over IPv6 36.
[ ${#ends} = 24 ] && octets 11 || octets 21
length "$QPSMTPD_ATTACH_LENGTH"
octets "$ends"
set --
for name in TCPREMOTEIP TCPREMOTEPORT TCPREMOTEHOST TCPREMOTEINFO TCPLOCALIP TCPLOCALPORT RELAYCLIENT RBLSMTPD WHITELISTCLIENT; do
    eval "set=\${$name+yes} value=\${$name-}"
    # shellcheck disable=SC2154 # set by eval
    if [ -n "$set" ]; then
        octets E0
        length $((${#name} + 1 + ${#value}))
        header="$header%s"
        set -- "$@" "$name=$value"
    fi
done
# The octets are the format.
# shellcheck disable=SC2059
printf "$header" "$@"
exec socat -t "$last_words" FD:5,shut-down FD:0,shut-down 1>&2 6<&-
