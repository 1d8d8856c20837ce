# shellcheck shell=sh
# Sourced. Sets and exports JAVA_HOME: a JDK 25 or newer with jlink. Leaves with a message if there is none.

case ":${PATH:=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}:" in
*:/usr/sbin:*) ;;
# dpkg refuses to work without them, and "su" leaves them out.
*) PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin ;;
esac
export PATH

# Options meant for other programs; each would also make the JVM print a line on stderr.
unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS

# Prints the version of the JDK in folder $1 as one number that grows with it: 25.0.3 -> 25000003000.
# Read from a file, because asking java costs 40 ms for each JDK on the machine. Fails if this is no JDK with jlink.
jdk_rank() {
    [ -r "$1/release" ] && [ -x "$1/bin/javac" ] && [ -x "$1/bin/jlink" ] || return 1
    while IFS= read -r jdk_line || [ -n "$jdk_line" ]; do
        case $jdk_line in
        JAVA_VERSION=*)
            jdk_version=${jdk_line#*=}
            jdk_version=${jdk_version#\"}
            jdk_rank_of "${jdk_version%%[!0-9.]*}"
            return
            ;;
        esac
    done <"$1/release"
    return 1
}

jdk_rank_of() (
    IFS=.
    # shellcheck disable=SC2086 # to be split at the dots
    set -- $1 0 0 0 0
    echo $(((($1 * 1000 + $2) * 1000 + $3) * 1000 + $4))
)

jdk_find() {
    jdk_least=25000000000
    if [ -n "${JAVA_HOME:-}" ] && jdk_this=$(jdk_rank "$JAVA_HOME") && [ "$jdk_this" -ge "$jdk_least" ]; then
        return 0
    fi
    jdk_best=0
    for jdk_dir in /usr/lib/jvm/* /usr/java/* /opt/*jdk*; do
        jdk_this=$(jdk_rank "$jdk_dir") || continue
        if [ "$jdk_this" -ge "$jdk_least" ] && [ "$jdk_this" -gt "$jdk_best" ]; then
            jdk_best=$jdk_this
            JAVA_HOME=$jdk_dir
        fi
    done
    [ "$jdk_best" -eq 0 ] || return 0
    jdk_dir=$(command -v javac) && jdk_dir=$(readlink -f "$jdk_dir") || return 1
    JAVA_HOME=${jdk_dir%/bin/javac}
    jdk_this=$(jdk_rank "$JAVA_HOME") && [ "$jdk_this" -ge "$jdk_least" ]
}

if ! jdk_find; then
    cat >&2 <<'END'
gatun: no JDK 25 or newer with jlink was found.
Install one, for example Debian's openjdk-25-jdk-headless or a Temurin 25 package (temurin-25-jdk),
or set JAVA_HOME to the folder of one that is installed elsewhere.
END
    exit 1
fi
export JAVA_HOME
