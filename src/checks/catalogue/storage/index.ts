import type { Check } from '../../check.js';
import { diskChecks } from './disks.js';
import { placeChecks } from './place.js';
import { spaceChecks } from './space.js';

export const storageChecks: readonly Check[] = [...spaceChecks, ...placeChecks, ...diskChecks];
