import type { Check } from '../../check.js';
import { chain, expiry } from './certificate.js';
import { key } from './key.js';
import { protocols } from './protocols.js';
import { renewal } from './renewal.js';

export const tlsChecks: readonly Check[] = [chain, expiry, protocols, key, renewal];
