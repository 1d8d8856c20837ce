# shellcheck shell=sh
# Sourced. As this stands in front of every call, it starts no program of its own.

# run_dist folder command argument...
# Becomes a command of the distribution in this folder's dist/gatun, which is built first if it is missing or older than
# its sources.
run_dist() {
    root=$1
    run_command=$root/dist/gatun/bin/$2
    shift 2
    # Who may not build it gets it as it is.
    if ! run_is_fresh && { [ ! -x "$run_command" ] || [ -w "$root/dist" ]; }; then
        "$root/scripts/dist" --unpacked || exit
    fi
    exec "$run_command" "$@"
}

run_is_fresh() {
    [ -x "$run_command" ] || return 1
    # Folders, too: a file that is gone has left no other trace.
    for run_source in "$root/pom.xml" "$root"/*/pom.xml "$root/scripts/dist" "$root/scripts/lib/launcher" \
        "$root"/*/src/main/java/* "$root"/*/src/main/java/dev/gatun/* "$root"/*/src/main/java/dev/gatun/*/* \
        "$root"/*/src/main/java/dev/gatun/*/*/* "$root"/*/src/main/resources/dev/gatun/*/*; do
        # shellcheck disable=SC3013 # every sh has it, and POSIX since 2024
        [ ! "$run_source" -nt "$root/dist/gatun.stamp" ] || return 1
    done
}
