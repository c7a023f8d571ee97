import type { Handler } from '../context.js';
export const validate: Handler = async () => 0;
