# shellcheck shell=sh
# Sourced, after jdk.sh (for PATH).

# need_packages "why" package...
# Makes sure of Debian packages: installs them if it may, otherwise says what to type, and leaves.
need_packages() {
    packages_why=$1
    shift
    packages_missing=
    for packages_one; do
        packages_has "$packages_one" || packages_missing="$packages_missing $packages_one"
    done
    [ -n "$packages_missing" ] || return 0

    if ! packages_debian; then
        echo "gatun: programs are missing ($packages_why):" >&2
        for packages_one in $packages_missing; do
            echo "  $(packages_programs "$packages_one")  (on Debian in the package $packages_one)" >&2
        done
        exit 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "gatun: packages are missing ($packages_why). Type:" >&2
        echo "  sudo apt-get install --no-install-recommends$packages_missing" >&2
        exit 1
    fi
    echo "gatun: installing$packages_missing ($packages_why)" >&2
    # Lists may be absent, as in a fresh container, or too old to name a file that the archive still has.
    # shellcheck disable=SC2086 # a list
    packages_apt install $packages_missing 2>/dev/null || {
        packages_apt update && packages_apt install $packages_missing
    } || {
        echo "gatun: unable to install$packages_missing ($packages_why)" >&2
        exit 1
    }
}

packages_debian() {
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null
}

packages_has() {
    if packages_debian; then
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
    else
        # A package of headers has no program: a compiler will name what it misses.
        packages_program=$(packages_programs "$1")
        [ -z "$packages_program" ] || command -v "$packages_program" >/dev/null
    fi
}

packages_programs() {
    case $1 in
    binutils) echo as ;;
    busybox-static) echo busybox ;;
    docker.io) echo dockerd ;;
    gcc-aarch64-linux-gnu) echo aarch64-linux-gnu-gcc ;;
    gcc-x86-64-linux-gnu) echo x86_64-linux-gnu-gcc ;;
    iproute2) echo ip ;;
    libcap2-bin) echo setcap ;;
    libc6-dev* | linux-libc-dev* | libseccomp2) ;;
    e2fsprogs) echo mke2fs ;;
    maven) echo mvn ;;
    qemu-user) [ "$(uname -m)" = aarch64 ] && echo qemu-x86_64 || echo qemu-aarch64 ;;
    qemu-system-x86) echo qemu-system-x86_64 ;;
    util-linux) echo unshare ;;
    *) echo "$1" ;;
    esac
}

# Runs apt-get, silent unless it fails; waits up to five minutes for another apt to finish.
packages_apt() {
    packages_tries=100
    while ! packages_output=$(LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -y -qq --no-install-recommends --no-remove \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" 2>&1 </dev/null); do
        # DPkg::Lock::Timeout covers dpkg's lock only, not those of the lists and the archives.
        case $packages_output in
        *'Could not get lock'* | *'Unable to lock'*) ;;
        *) packages_tries=0 ;;
        esac
        if [ "$packages_tries" -eq 0 ]; then
            printf '%s\n' "$packages_output" >&2
            return 1
        fi
        packages_tries=$((packages_tries - 1))
        sleep 3
    done
}
