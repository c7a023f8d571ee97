import type { Check } from '../../check.js';
import { closed } from './closed.js';
import { firewall } from './firewall.js';
import { conntrack, somaxconn } from './kernel.js';
import { listening } from './listeners.js';
import { names } from './names.js';

export const networkChecks: readonly Check[] = [listening, closed, firewall, somaxconn, names, conntrack];
