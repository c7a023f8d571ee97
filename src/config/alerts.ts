import { template } from '../templates.js';

/** The template of the alert rules, below `templates/`. */
export const ALERT_RULES = 'prometheus/vdb.rules.yml';

/** The names of all alerts that there are, whether this configuration has what they watch or not. */
export function alertNames(): string[] {
  return [...template(ALERT_RULES).matchAll(/ - alert: (\w+)$/gm)].map(([, name = '']) => name);
}

/** How the template asks for what an alert may have otherwise. */
const ASKED = { for: 'pending', limit: 'limit' } as const;

/** The names of the alerts of which this can be changed. */
export function alertsWith(key: keyof typeof ASKED): string[] {
  const asked = new RegExp(`it\\.${ASKED[key]}\\('(\\w+)'`, 'g');
  return [...template(ALERT_RULES).matchAll(asked)].map(([, name = '']) => name);
}
