import type { Check } from '../check.js';
import { diskChecks } from './storage/disks.js';
import { placeChecks } from './storage/place.js';
import { spaceChecks } from './storage/space.js';

export const storageChecks: readonly Check[] = [...spaceChecks, ...placeChecks, ...diskChecks];
