# What the programs in bin/ have in common; they set "program" to their own name, and read this.
#   JAVA_HOME           the Java to use; else the one in PATH; 17 or later
#   QPSMTPD_JAVA_OPTS   more options for the Java machine, they win over those below
# shellcheck shell=sh

# Java reads and writes the names of files in the locale's encoding, and nothing else sets it: as
# UTF-8 any name is what it is. Digits, letter case and order do not depend on who starts us, either.
LC_ALL=C.UTF-8
export LC_ALL
archive_use=

fail() {
    printf '%s: %s\n' "$program" "$1" >&2
    exit 1
}

# Prints which folder, this one or one above it, as the path is written and as it really is, another
# user than "me" and root can change, and why; nothing when nobody can. Such a folder leads wherever
# its owner likes. A sticky one of root's keeps what is in it. Our own group may write, but for root:
# an access list looks like a group's rights.
stranger() {
    [ "$me" = 0 ] && group=4294967294 || group=$(id -g)
    case $1 in
        /*) place=$1 ;;
        *) place=$PWD/$1 ;;
    esac
    set --
    for place in "$place" "$(readlink -f -- "$place")"; do
        while [ -n "$place" ]; do
            set -- "$@" "$place"
            place=${place%/*}
        done
    done
    find / "$@" -maxdepth 0 \( ! -uid 0 ! -uid "$me" -printf '%p belongs to user %u' -o \
        \( -perm -0002 -o -perm -0020 ! -gid "$group" \) ! -type l ! \( -uid 0 -perm -1000 \) \
        -printf '%p can be written by others, its mode is %m' \) -quit 2>/dev/null
}

# To be called before anything is run, made or opened: root runs nothing that another user could
# exchange. Sets "me"; and for root "owner", the user to whom it gives way: the one who has been
# given what the server writes to.
look_who_we_are() {
    me=$(id -u)
    owner=
    user=
    renice=
    [ "$me" = 0 ] || return 0
    why=$(stranger "$home")
    [ -n "$why" ] || why=$(find -L "$home/bin" "$home/lib" "$home/plugins" \
        \( ! -uid 0 -printf '%p belongs to user %u' -o \
        -perm /022 -printf '%p can be written by others, its mode is %m' \) -quit 2>/dev/null)
    [ -z "$why" ] || fail "root does not run what others could exchange: $why: start this as that user, or leave it to root alone with chown and chmod"
    owner=$(find -H "$home/var" "$home/log" "$home/mail" -maxdepth 0 ! -uid 0 -printf %u -quit 2>/dev/null)
    return 0 # whether or not all of them are there
}

# Sets "java" to the program, of whatever version.
find_any_java() {
    if [ -n "${JAVA_HOME:-}" ]; then
        java=$JAVA_HOME/bin/java
        [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but $java cannot be run: correct or unset it"
    else
        java=$(command -v java) || fail "no java in PATH: install Java 17 or later, or set JAVA_HOME"
    fi
}

# Sets "user" and "renice" to the values of --user and --renice-parent, and of whatever may mean them
# to the launcher.
find_options() {
    value=
    for word; do
        case $value in
            user) user=$word ;;
            renice) renice=$word ;;
        esac
        value=
        case $word in
            -[Uu]*=* | --[Uu]*=*) user=${word#*=} ;;
            -[Uu]* | --[Uu]*) value=user ;;
            -[Rr]*=* | --[Rr]*=*) renice=${word#*=} ;;
            -[Rr]* | --[Rr]*) value=renice ;;
        esac
    done
}

# For root that stays root: has the Java machine begin without any capability, in each of its
# threads. Only what binds a port below 1024 is left, which the launcher gives up later. The nice
# value is lowered here, since it takes one. Sets "limits" to the beginning of a command, and
# "usual_nice" to an option for Java.
limit_root() {
    kept=-all
    case " $* " in
        *[=:\ ][1-9]" "* | *[=:\ ][1-9][0-9]" "* | *[=:\ ][1-9][0-9][0-9]" "* | *[=:\ ]10[012][0-9]" "*)
            kept=-all,+net_bind_service
            ;;
    esac
    limits="setpriv --bounding-set=$kept --inh-caps=-all --"
    if ! $limits true 2>/dev/null; then
        limits= # the launcher says so
        return
    fi
    case $renice in
        '' | 0 | *[!0-9]*) return ;;
    esac
    now=$(nice)
    if [ "$(nice -n "-$renice" nice 2>/dev/null)" != "$now" ]; then
        limits="nice -n -$renice $limits"
        usual_nice=-Dorg.qpsmtpd.nice=$now
    fi
}

# Sets "java", "major", its version, and "home", where this distribution lies.
find_java() {
    home=$1
    [ -f "$home/lib/qpsmtpd.jar" ] ||
        fail "$home is no complete distribution: build it with runtime/run or unpack it anew"
    case $home in
        *:*) fail "$home: Java takes a path with a colon for two: put the distribution into another folder" ;;
    esac

    find_any_java

    # The file "release" beside bin/ tells the version without starting a Java machine for it.
    version=
    real=$(readlink -f -- "$java")
    if [ -r "${real%/bin/java}/release" ]; then
        while IFS='=' read -r key value; do
            [ "$key" = JAVA_VERSION ] && version=${value#\"}
        done <"${real%/bin/java}/release"
    fi
    if [ -z "$version" ]; then
        version=$("$java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
    fi
    version=${version%\"}
    major=${version%%[!0-9]*}
    [ "${major:-0}" -ge 17 ] ||
        fail "$java is Java ${version:-of an unknown version}: Java 17 or later is needed"
}

# Has the classes read from the archive of this Java, where they are checked and laid out already;
# it is made in the background when it is not there, older than a jar, or of a distribution that has
# been moved since.
use_archive() {
    archive=$home/lib/classes-$version.jsa
    fresh=
    [ -r "$archive.home" ] && read -r place <"$archive.home" && [ "$place" = "$home" ] && fresh=yes
    for jar in "$home"/lib/*.jar "$home"/lib/bundles/*.jar "$home"/plugins/*.jar; do
        [ "$archive" -nt "$jar" ] || fresh=
    done
    if [ -n "$fresh" ]; then
        archive_use=-XX:SharedArchiveFile=$archive
    elif [ -w "$home/lib" ] && begin_archive; then
        (exec </dev/null >/dev/null 2>&1 3>&- 4>&- && exec nice "$home/bin/qpsmtpd" --archive) &
    fi
}

# Of several starts one makes the archive. What a killed one has left counts for ten minutes.
begin_archive() {
    mkdir "$archive.making" 2>/dev/null && return
    [ -n "$(find "$archive.making" -prune -mmin +10 2>/dev/null)" ] && touch "$archive.making"
}

# Makes the archive: of a server that serves one session, to itself. Root makes it as root, so that
# nobody else has a hand in what root and all others run later.
make_archive() {
    find_java "$home"
    archive=$home/lib/classes-$version.jsa
    [ -w "$home/lib" ] || fail "$home/lib cannot be written to: the archive of classes is kept there, beside the jars"
    rm -f "$archive" "$archive.home"
    archive_use=-XX:ArchiveClassesAtExit=$archive.$$
    output=$(launch --archive 2>&1)
    status=$?
    if [ -e "$archive.$$" ]; then
        mv -f "$archive.$$" "$archive" && printf '%s\n' "$home" >"$archive.home"
    elif [ "$status" = 0 ]; then
        status=1
    fi
    rmdir "$archive.making" 2>/dev/null
    if [ "$status" != 0 ]; then
        printf '%s\n%s\n' "$output" "$program: no archive of classes was made; starts take longer without" >&2
    fi
    exit "$status"
}

# Becomes the Java machine.
launch() {
    # From 23 on Java warns about sun.misc.Unsafe, which Felix and Netty still use.
    memory_access=
    [ "$major" -ge 23 ] && memory_access=--sun-misc-unsafe-memory-access=allow
    limits=
    usual_nice=
    if [ "$me" = 0 ] && { [ -z "$user" ] || [ "$user" = root ]; }; then
        limit_root "$@"
    fi
    collector=-XX:+UseSerialGC
    case ${QPSMTPD_JAVA_OPTS:-} in
        *-XX:+Use*GC*) collector= ;;
    esac
    # One buffer in 4096 is watched for leaks, since each costs the trace of a stack.
    # Left unquoted, these are no word when empty, and several words from the environment.
    set -f
    # shellcheck disable=SC2086
    exec $limits "$java" -Xms48m -Xmx512m $collector -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError \
        -Dslf4j.provider=org.slf4j.jul.JULServiceProvider -Dslf4j.internal.verbosity=WARN \
        $memory_access $usual_nice -Dfile.encoding=UTF-8 '-Djdk.serialFilter=!*' \
        -Dio.netty.jfr.enabled=false -Dio.netty.leakDetection.samplingInterval=4096 \
        ${archive_use:+"$archive_use" -Xlog:disable} \
        $QPSMTPD_JAVA_OPTS "-Dorg.qpsmtpd.home=$home" "-Dorg.qpsmtpd.program=$program" -jar "$home/lib/qpsmtpd.jar" "$@"
}

# Runs the server. A Java machine cannot go to the background by itself: with "detach" set it is
# started there; it writes its exit status to descriptor 3 when it serves or gives up.
serve() {
    user=${usual_user:-}
    renice=${usual_renice:-}
    find_options "$@"
    if [ -z "$user" ] && [ -n "$owner" ]; then
        user=$owner
        set -- --user "$owner" "$@"
    fi
    use_archive
    [ -n "$detach" ] || launch "$@"
    exec 4>&1
    QPSMTPD_JAVA_OPTS="${QPSMTPD_JAVA_OPTS:-} -Dorg.qpsmtpd.notify_fd=3"
    status=$(launch "$@" 3>&1 1>&4 4>&- &)
    exit "${status:-1}"
}
