#!/bin/sh
# Starts one member. Users come with the definitions, so no default account ever exists.
set -eu
umask 077
rm -f "$HOME/.erlang.cookie" # of an earlier start: it is read-only
printf %s "$ERLANG_COOKIE" > "$HOME/.erlang.cookie"
chmod 400 "$HOME/.erlang.cookie"
cat > /tmp/definitions.json <<JSON
{"vhosts": [{"name": "/"}],
 "users": [{"name": "app", "password": "$QUEUE_PASSWORD", "tags": ""},
           {"name": "observer", "password": "$QUEUE_OBSERVER_PASSWORD", "tags": "monitoring"}],
 "permissions": [
  {"user": "app", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
  {"user": "observer", "vhost": "/", "configure": "^$", "write": "^$", "read": "^$"}]}
JSON
echo '[rabbitmq_management,rabbitmq_prometheus].' > /tmp/enabled_plugins
export RABBITMQ_NODENAME="rabbit@$NODE_NAME"
export RABBITMQ_CONFIG_FILE=/etc/sdctl/rabbitmq.conf
export RABBITMQ_ADVANCED_CONFIG_FILE=/etc/sdctl/advanced.config
export RABBITMQ_ENABLED_PLUGINS_FILE=/tmp/enabled_plugins
export RABBITMQ_MNESIA_BASE=/data
export RABBITMQ_LOG_BASE=/tmp
export RABBITMQ_LOGS=-
export RABBITMQ_GENERATED_CONFIG_DIR=/tmp/config
# A node is one for itself at first, and then joins the others. One that was killed in between would
# stay by itself for ever. So until it has once been with another, it begins anew. One that holds a
# queue never does: what somebody sent stays.
mine=$RABBITMQ_MNESIA_BASE/$RABBITMQ_NODENAME
joined() {
    grep -qs "','rabbit@" "$mine/cluster_nodes.config" ||
        [ -n "$(find "$mine/quorum" -mindepth 2 -type d 2>/dev/null | head -n 1)" ]
}
if grep -q '^cluster_formation' "$RABBITMQ_CONFIG_FILE"; then
    if [ -e /data/alone ] && ! joined; then rm -rf "$mine" "$mine"-*; fi
    [ -e "$mine" ] || touch /data/alone
    (while [ -e /data/alone ]; do if joined; then rm -f /data/alone; else sleep 1; fi; done) &
fi
# Schedulers that spin while they wait would take the cores of everything else on the machine.
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none"
exec rabbitmq-server
