# What the programs in bin/ have in common; they set "program" to their own name, and read this.
#   JAVA_HOME           the Java to use; else the one in PATH; 17 or later
#   QPSMTPD_JAVA_OPTS   more options for the Java machine, they win over those below
# shellcheck shell=sh

fail() {
    printf '%s: %s\n' "$program" "$1" >&2
    exit 1
}

# Sets "java", "major", its version, and "home", where this distribution lies.
find_java() {
    home=$1
    [ -f "$home/lib/qpsmtpd.jar" ] ||
        fail "$home is no complete distribution: build it with runtime/run or unpack it anew"

    if [ -n "${JAVA_HOME:-}" ]; then
        java=$JAVA_HOME/bin/java
        [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but $java cannot be run: correct or unset it"
    else
        java=$(command -v java) || fail "no java in PATH: install Java 17 or later, or set JAVA_HOME"
    fi

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
        QPSMTPD_JAVA_OPTS="-XX:SharedArchiveFile=$archive -Xlog:disable ${QPSMTPD_JAVA_OPTS:-}"
    elif [ -w "$home/lib" ] && begin_archive; then
        (exec </dev/null >/dev/null 2>&1 3>&- 4>&- && exec nice "$home/bin/qpsmtpd" --archive) &
    fi
}

# Of several starts one makes the archive. What a killed one has left counts for ten minutes.
begin_archive() {
    mkdir "$archive.making" 2>/dev/null && return
    [ -n "$(find "$archive.making" -prune -mmin +10 2>/dev/null)" ] && touch "$archive.making"
}

# Makes the archive: of a server that serves one session, to itself.
make_archive() {
    find_java "$home"
    archive=$home/lib/classes-$version.jsa
    [ -w "$home/lib" ] || fail "$home/lib cannot be written to: the archive of classes is kept there, beside the jars"
    rm -f "$archive" "$archive.home"
    QPSMTPD_JAVA_OPTS="-XX:ArchiveClassesAtExit=$archive.$$ -Xlog:disable ${QPSMTPD_JAVA_OPTS:-}"
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
    collector=-XX:+UseSerialGC
    case ${QPSMTPD_JAVA_OPTS:-} in
        *-XX:+Use*GC*) collector= ;;
    esac
    # Left unquoted, these are no word when empty, and several words from the environment.
    # shellcheck disable=SC2086
    exec "$java" -Xms48m -Xmx512m $collector -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError \
        -Dslf4j.provider=org.slf4j.jul.JULServiceProvider -Dslf4j.internal.verbosity=WARN \
        $memory_access -Dfile.encoding=UTF-8 '-Djdk.serialFilter=!*' \
        -Dio.netty.jfr.enabled=false $QPSMTPD_JAVA_OPTS "-Dorg.qpsmtpd.home=$home" \
        "-Dorg.qpsmtpd.program=$program" -jar "$home/lib/qpsmtpd.jar" "$@"
}

# Runs the server. A Java machine cannot go to the background by itself: with "detach" set it is
# started there; it writes its exit status to descriptor 3 when it serves or gives up.
serve() {
    use_archive
    [ -n "$detach" ] || launch "$@"
    exec 4>&1
    QPSMTPD_JAVA_OPTS="${QPSMTPD_JAVA_OPTS:-} -Dorg.qpsmtpd.notify_fd=3"
    status=$(launch "$@" 3>&1 1>&4 4>&- &)
    exit "${status:-1}"
}
