#!/usr/bin/env bash
# slurm-cluster.sh up FOLDER [PORT] | down FOLDER
# A cluster of three pretended nodes on this machine, for tests: as root, with Debian's packages slurm-wlm and munge, without systemd.
# Clients find it by SLURM_CONF=FOLDER/slurm.conf. PORT and the next three must be free. A job of the partition "urgent" takes the place
# of jobs in "normal", which are told ten seconds before and go back into the queue.
set -euo pipefail
verb=$1
folder=$(realpath -m "$2")
port=${3:-26810}
export SLURM_CONF=$folder/slurm.conf
nodes="n1 n2 n3"

stop() { # Ends a daemon by its own file; one that is gone already is as good.
  [ -s "$1" ] && kill "$(cat "$1")" 2> /dev/null || true
}

if [ "$verb" = down ]; then
  scancel --user=root 2> /dev/null || true
  for node in $nodes; do stop "$folder/$node.pid"; done
  stop "$folder/controller.pid"
  stop "$folder/munge/munged.pid"
  exit 0
fi

[ "$verb" = up ] || { echo "expected up or down, got '$verb'" >&2; exit 2; }
mkdir -p "$folder/munge" "$folder/state"
chmod 755 "$folder" "$folder/munge"
head -c 1024 /dev/urandom > "$folder/munge/key"
chmod 400 "$folder/munge/key"
chown -R munge:munge "$folder/munge"
su -s /bin/sh munge -c "munged --key-file=$folder/munge/key --socket=$folder/munge/socket --pid-file=$folder/munge/munged.pid \
  --log-file=$folder/munge/log --seed-file=$folder/munge/seed"

host=$(hostname -s)
{
  cat << CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmctldPidFile=$folder/controller.pid
SlurmdPidFile=$folder/%n.pid
SlurmctldLogFile=$folder/controller.log
SlurmdLogFile=$folder/%n.log
# No control groups and no accounting: what a container has, and what small clusters do without.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
# Soon rather than cheaply.
SchedulerParameters=bf_interval=1,sched_interval=1,sched_min_interval=0,batch_sched_delay=0
SlurmdTimeout=10
ReturnToService=2
KillWait=10
MinJobAge=3600
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmctldParameters=preempt_send_user_signal
CONF
  for node in $nodes; do
    port=$((port + 1))
    echo "NodeName=$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$port CPUs=2 CoresPerSocket=2 RealMemory=4000"
  done
  echo "PartitionName=normal Nodes=ALL Default=YES MaxTime=UNLIMITED State=UP PriorityTier=1 GraceTime=10"
  echo "PartitionName=urgent Nodes=ALL MaxTime=UNLIMITED State=UP PriorityTier=10 PreemptMode=OFF"
} > "$SLURM_CONF"
for node in $nodes; do mkdir -p "$folder/spool-$node"; done
slurmctld -c
for node in $nodes; do slurmd -N "$node" -c; done
for _ in $(seq 600); do
  [ "$(sinfo --noheader --states=idle --partition=normal --format=%D)" = 3 ] && exit 0
  sleep 0.5
done
sinfo --Node --long >&2
exit 1
