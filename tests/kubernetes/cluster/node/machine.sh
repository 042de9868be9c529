# shellcheck shell=bash
# The container looks like a machine to Kubernetes, and this machine stays as it is.

mount --make-rshared /
# Docker mounts these read-only
mount -o remount,bind,rw /sys
for folder in /sys/fs/cgroup /sys/fs/cgroup/*/; do
    if mountpoint -q "$folder"; then mount -o remount,bind,rw "$folder"; fi
done

# The kubelet sets these, and they are not the container's but the whole machine's: it finds files
# with the values that it wants, and can write none of the others.
shown=/run/shown-settings
mkdir -p "$shown"
for folder in vm kernel; do
    mount --bind "/proc/sys/$folder" "/proc/sys/$folder"
    mount -o remount,bind,ro "/proc/sys/$folder"
done
while read -r setting value; do
    file=$shown/${setting//\//.}
    echo "$value" >"$file"
    mount --bind "$file" "/proc/sys/$setting"
done <<SETTINGS
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
SETTINGS
sysctl --quiet --write net.ipv4.ip_forward=1

# where the controllers make volumes: the same on every node, so that a pod finds its data on each
mkdir -p /cluster/volumes /tmp/hostpath_pv
mount --bind /cluster/volumes /tmp/hostpath_pv
