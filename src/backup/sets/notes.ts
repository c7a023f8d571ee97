import { z } from 'zod';
import { messageOf } from '../../errors.js';
import { dayOf } from '../../text.js';

/** Files beside the manifest that say something of the set and are no parts of it. */
export const PIN = 'pin.json';
export const VERIFIED = 'verified.json';
export const DRILLED = 'drilled.json';
export const NOTES = [PIN, VERIFIED, DRILLED] as const;

const pin = z.object({ reason: z.string().min(1), by: z.string(), at: z.string() });

/** Who keeps a set from being removed, and why. */
export type Pin = z.infer<typeof pin>;

const finding = z.object({
  /** The part, or `manifest.json`. */
  path: z.string().min(1),
  /** What is wrong with it, as words after its name: `is missing`. */
  what: z.string().min(1),
});

/** One thing that is wrong with a set. */
export type Finding = z.infer<typeof finding>;

const verification = z.object({ at: z.iso.datetime(), ok: z.boolean(), findings: z.array(finding) });

/** What the last `vdb backup verify` of a set saw, or its last `vdb backup drill`. */
export type Verification = z.infer<typeof verification>;

/** The content of `pin.json`. */
export function pinText(value: Pin): string {
  return `${JSON.stringify(pin.parse(value), null, 2)}\n`;
}

/** A pin that cannot be read protects like any other. Pure. */
export function readPin(text: string): Pin {
  try {
    return pin.parse(JSON.parse(text));
  } catch {
    return { reason: `${PIN} cannot be read`, by: 'somebody', at: 'an unknown time' };
  }
}

/** The content of `verified.json` and of `drilled.json`. */
export function verificationText(value: Verification): string {
  return `${JSON.stringify(verification.parse(value), null, 2)}\n`;
}

/** What cannot be read proves nothing: the set counts as never verified. Pure. */
export function readVerification(text: string): Verification | null {
  try {
    return verification.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** `postgres/app.dump is missing`. */
export function findingText({ path, what }: Finding): string {
  return `${path} ${what}`;
}

/** A finding of an earlier look, with its day. */
export function asSeenThen({ path, what }: Finding, { at }: Verification): Finding {
  return { path, what: `${what}, as verify saw on ${dayOf(new Date(at))}` };
}

/** The message of what a reader threw, as a finding. */
export function unreadable(path: string, error: unknown): Finding {
  return { path, what: `cannot be read: ${messageOf(error)}` };
}
