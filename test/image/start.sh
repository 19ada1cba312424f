#!/bin/sh
# Starts the program of an image as Kubernetes does with readOnlyRootFilesystem and runAsUser: its root is read-only but
# for /data and /tmp, and it has no privilege. Runs in a mount namespace of its own. usage: start.sh ROOT PROGRAM ARGS…
set -eu
root=$1
shift
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t tmpfs -o uid=65532,gid=65532,mode=0700 none "$root/data"
mount -t tmpfs -o mode=1777 none "$root/tmp"
mount -o remount,ro,bind "$root"
exec setpriv --no-new-privs -- chroot --userspec=65532:65532 --groups= "$root" "$@"
