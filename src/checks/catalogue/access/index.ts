import type { Check } from '../../check.js';
import { accountChecks } from './accounts.js';
import { hostKey } from './host-key.js';
import { passwordLogin, rootLogin } from './logins.js';
import { secretModes } from './secret-modes.js';
import { placeholder, secretExposed } from './secrets.js';

export const accessChecks: readonly Check[] = [
  rootLogin,
  passwordLogin,
  hostKey,
  ...accountChecks,
  secretModes,
  secretExposed,
  placeholder,
];
