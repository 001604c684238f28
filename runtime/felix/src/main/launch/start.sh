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
    [ -f "$home/lib/qpsmtpd-launcher.jar" ] ||
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

# Becomes the Java machine.
launch() {
    # Java's own names for these sockets and buffers must be open to Netty's epoll transport.
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
        --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --enable-native-access=ALL-UNNAMED \
        $memory_access -Dfile.encoding=UTF-8 '-Djdk.serialFilter=!*' \
        -Dio.netty.jfr.enabled=false $QPSMTPD_JAVA_OPTS "-Dorg.qpsmtpd.home=$home" \
        "-Dorg.qpsmtpd.program=$program" -cp "$home/lib/qpsmtpd-launcher.jar" "$@"
}

# Runs the server. A Java machine cannot go to the background by itself: with "detach" set it is
# started there; it writes its exit status to descriptor 3 when it serves or gives up.
serve() {
    main=org.qpsmtpd.runtime.felix.Main
    [ -n "$detach" ] || launch "$main" "$@"
    exec 4>&1
    status=$(launch -Dorg.qpsmtpd.notify_fd=3 "$main" "$@" 3>&1 1>&4 4>&- &)
    exit "${status:-1}"
}
