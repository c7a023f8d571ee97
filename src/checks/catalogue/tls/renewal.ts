import { ask } from '../../../host/probe.js';
import { defineCheck } from '../../check.js';
import { activeTimers } from '../../probes/timers.js';
import { fail, pass, whenThere } from '../../verdict.js';
import { onlyIn, shared } from './shared.js';

/** Timers of the usual clients of ACME, and whatever says of itself that it renews certificates. */
const RENEWS = /certbot|acme|lego|dehydrated|cert.*renew|renew.*cert/i;

/** Certificates are renewed without anybody thinking of it. */
export const renewal = defineCheck<string[]>({
  ...shared,
  id: 'tls.renewal',
  severity: 'warning',
  title: 'Certificates renew themselves',
  looksAt: 'the active timers of systemd, for one of an ACME client',
  why: 'A public certificate lasts 90 days or less; what is not automatic is forgotten.',
  skip: onlyIn('acme'),
  probe: () => ask(activeTimers, null),
  judge: ([timers]) =>
    whenThere(timers, 'systemd gave no list', (names) => {
      const renewing = names.filter((name) => RENEWS.test(name));
      if (renewing.length > 0) return pass(renewing.join(', '));
      return fail('no active timer renews certificates', 'an active timer of an ACME client');
    }),
  remedy: 'Start the timer of the ACME client, for certbot: systemctl enable --now certbot.timer.',
  inspect: () => 'systemctl list-timers --all',
});
