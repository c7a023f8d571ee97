import type { Command } from '../host/command.js';
import { type Script, sh } from '../host/shell.js';

/** For a data set as large as the memory that Redis may have. */
export const LOADING_SECONDS = 300;

/** Passes when Redis serves on `port`, with a password or without. */
export function redisReady(port: number): Script {
  return sh`case "$(redis-cli -p ${port} PING 2>&1)" in PONG|NOAUTH*) ;; *) exit 1 ;; esac`;
}

/** Waits for a Redis that is loading its data. */
export function waitForRedis(port: number): Command {
  return {
    title: 'wait until Redis has loaded its data',
    timeoutSeconds: LOADING_SECONDS + 60,
    script: untilItAnswers(port),
  };
}

/** Restarts Redis and waits until it serves again. */
export function redisRestart(port: number): Command {
  return {
    title: 'restart Redis',
    timeoutSeconds: LOADING_SECONDS + 60,
    script: sh`
      systemctl restart redis-server.service || exit 1
      ${untilItAnswers(port)}`,
  };
}

function untilItAnswers(port: number): Script {
  return sh`
    end=$((SECONDS + ${LOADING_SECONDS}))
    while [ "$SECONDS" -lt "$end" ]; do
    ( ${redisReady(port)} ) && exit 0
    sleep 0.2
    done
    echo 'Redis does not answer: journalctl -u redis-server' >&2
    exit 1`;
}
