import { ask } from '../../../host/probe.js';
import { defineCheck } from '../../check.js';
import { activeTimers } from '../../probes/timers.js';
import { fail, pass, whenThere } from '../../verdict.js';
import { onlyIn, shared } from './shared.js';

/** Of the client that task 4.5 installs. */
const TIMER = 'certbot.timer';

/** Certificates are renewed without anybody thinking of it. */
export const renewal = defineCheck<string[]>({
  ...shared,
  id: 'tls.renewal',
  severity: 'warning',
  title: 'Certificates renew themselves',
  looksAt: 'the active timers of systemd, for that of certbot, which has the certificate of the edge',
  why: 'A public certificate lasts 90 days or less; what is not automatic is forgotten.',
  skip: onlyIn('acme'),
  probe: () => ask(activeTimers, null),
  judge: ([timers]) =>
    whenThere(timers, 'systemd gave no list', (names) => {
      if (names.includes(TIMER)) return pass(TIMER);
      return { ...fail('no active timer renews certificates', `${TIMER} is active`), fix: '4.5' };
    }),
  remedy: 'Start the timer: vdb provision --only 4.5, or systemctl enable --now certbot.timer on the host.',
  inspect: () => 'systemctl list-timers --all',
});
