import { firstFull } from '../../capacity/answer.js';
import { growthPerDay } from '../../capacity/growth.js';
import type { Inquiry } from '../../capacity/inquiry.js';
import type { Parts } from '../../capacity/need.js';
import { dayAfter } from './words.js';

/** An inquiry for machines: bytes, points and days. */
export function capacityData(inquiry: Inquiry): Record<string, unknown> {
  const { collections, points: counts, payloadBytes, growth, answer, machine, taken, now } = inquiry;
  const full = firstFull(answer.lasts);
  return {
    points: Math.round(answer.total),
    payload_bytes: payloadBytes,
    collections: Object.entries(collections).map(([name, collection]) => ({
      name,
      points: Math.round(counts[name] ?? 0),
      dim: collection.size,
      quantization: collection.quantization?.type ?? 'none',
      m: collection.hnsw.m,
      on_disk: {
        vectors: collection.on_disk,
        graph: collection.hnsw.on_disk,
        payload: collection.on_disk_payload,
      },
    })),
    takes: { memory: rounded(answer.parts.memory), disk: rounded(answer.parts.disk) },
    needs: answer.fits.map(({ when, resource, need, room, fits }) => ({
      ...{ when, resource, bytes: Math.round(need), room: room === null ? null : Math.round(room), fits },
    })),
    machine:
      machine === null
        ? null
        : { memory: machine.memory, others: machine.others.map((each) => ({ ...each })) },
    disk_taken: taken,
    most_points: answer.most?.points ?? null,
    growth:
      growth === null
        ? null
        : {
            ...{ per_day: Math.round(growthPerDay(growth)), source: growth.source },
            ...(growth.samples === undefined ? {} : { samples: growth.samples, days: growth.days }),
          },
    lasts: Object.fromEntries(answer.lasts.map(({ resource, days }) => [resource, days])),
    full_at: full === undefined ? null : dayAfter(now, full.days),
  };
}

function rounded(parts: Parts): Record<string, number> {
  return Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, Math.round(bytes)]));
}
