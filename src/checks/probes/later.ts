import type { ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import { type HttpAnswer, type HttpQuestion, localHttp } from './http.js';

/** A request that is made some seconds after the look began, beside everything else. */
export interface LaterQuestion extends HttpQuestion {
  seconds: number;
}

/** Longer than this a look does not wait. */
export const MOST_SECONDS = 60;

/** Like `localHttp`, after a wait: a kind of its own, so that the other questions do not wait with it. */
export const laterHttp: ProbeKind<LaterQuestion, HttpAnswer> = {
  ...localHttp,
  name: 'later-http',
  timeoutSeconds: MOST_SECONDS + (localHttp.timeoutSeconds ?? 0),
  script: (questions) => sh`
    sleep ${Math.max(...questions.map(({ seconds }) => seconds))}
    ${localHttp.script(questions)}`,
};
