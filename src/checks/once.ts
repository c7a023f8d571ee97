import type { Observation } from '../host/probe.js';
import type { Site } from './check.js';

/** A look that several checks of a run share: it is taken once for each site, however many ask. */
export function oncePerSite<Have>(
  look: (site: Site) => Promise<Observation<Have>>,
): (site: Site) => Promise<Observation<Have>> {
  const taken = new WeakMap<Site, Promise<Observation<Have>>>();
  return (site) => {
    const known = taken.get(site) ?? look(site);
    taken.set(site, known);
    return known;
  };
}
