import { isDeepStrictEqual } from 'node:util';
import { ask, type Observation, type Probe } from '../../../host/probe.js';
import { textFile } from '../../../resources/text-file-probe.js';
import { PROMETHEUS_CONFIGURATION, RULES_FILE } from '../../../services/monitoring/place.js';
import { type Rule, readRuleFile, readRules, type WrittenAlert } from '../../answers/prometheus.js';
import type { Verdict } from '../../check.js';
import { fail, pass, warn, whenKnown } from '../../verdict.js';
import { ofPrometheus, repaired, type Seen } from './ask.js';

/** Whether the alert rules are evaluated, and are those that were written. */
export const rules = ofPrometheus(
  {
    id: 'monitoring.rules',
    severity: 'error',
    title: 'The alert rules work',
    looksAt:
      'what promtool says of the configuration, and the health of every loaded rule; where vdb has installed Prometheus, whether they are those of its file',
    why: 'A rule that cannot be evaluated never fires, and with a broken configuration Prometheus does not start again.',
    remedy: 'Correct the file or the rule that is named, then reload Prometheus.',
  },
  {
    path: 'rules',
    read: readRules,
    judge: judgeRules,
    beside: () => [ask(textFile, RULES_FILE) as Probe<unknown>],
  },
);

function judgeRules(all: Rule[], { config, installed: { problem }, beside: [file] }: Seen): Verdict {
  if (problem !== '')
    return repaired(fail(problem, `a ${PROMETHEUS_CONFIGURATION} that promtool accepts`), config);
  if (all.length === 0) return repaired(warn('no rule is loaded', 'rules that watch this server'), config);
  const broken = all.filter(({ health }) => health === 'err');
  if (broken.length > 0)
    return fail(
      `${broken.length} of ${all.length} cannot be evaluated`,
      'all evaluated',
      broken.map(({ name, lastError }) => `${name}: ${lastError}`),
    );
  const differ = file === undefined ? undefined : judgeFile(all, file as Observation<string>);
  if (differ !== undefined && differ.status !== 'pass') return repaired(differ, config);
  const due = all.filter(({ health }) => health !== 'ok').length;
  if (due > 0) return warn(`${due} of ${all.length} not evaluated yet`, 'all evaluated');
  return pass(`${all.length} rules`);
}

/** Expressions are not compared: Prometheus tells them in its own spelling. */
function judgeFile(loaded: Rule[], file: Observation<string>): Verdict {
  return whenKnown(file, (text) => {
    const written = text === null ? null : readRuleFile(text);
    if (written === null)
      return fail(`${RULES_FILE} is not there, or holds no rules`, 'the rules that are loaded');
    const details = [
      ...written.flatMap((alert) => {
        const found = loaded.find(({ name }) => name === alert.name);
        if (found === undefined) return [`${alert.name}: not loaded`];
        return isDeepStrictEqual(asWritten(found), alert) ? [] : [`${alert.name}: loaded from another file`];
      }),
      ...loaded
        .filter(({ name }) => !written.some((alert) => alert.name === name))
        .map(({ name }) => `${name}: loaded, and not in the file`),
    ];
    if (details.length === 0) return pass('as in the file');
    return fail(`${details.length} rules are not those of ${RULES_FILE}`, 'the same', details);
  });
}

function asWritten({ name, labels, annotations, duration }: Rule): WrittenAlert {
  return { name, labels, annotations, duration };
}
